namespace Mprpc.Connections;

/// <summary>What a call that can end before its method does needs of its connection. Safe for concurrent use.</summary>
internal interface ICallConnection
{
    TimeProvider Clock { get; }

    /// <summary>The call goes on apart from the read loop, and can be found.</summary>
    void Enlist(CallControl call);

    /// <summary>A call that was enlisted has ended.</summary>
    void Delist(CallControl call);

    /// <summary>Answers a call whose time is up while its method runs; the answer has been taken.</summary>
    void AnswerTimeout(CallControl call);

    /// <summary>Closes the connection at once, because it cannot go on.</summary>
    void Abort(Exception reason);

    /// <summary>Code of the application has thrown where nothing can be told of it.</summary>
    void OnStrayFailure(Exception exception);
}
