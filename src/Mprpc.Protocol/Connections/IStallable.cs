namespace Mprpc.Connections;

/// <summary>What goes round on one thread and runs user code there, which may hold it up.</summary>
internal interface IStallable
{
    /// <summary>Counts the entries into user code, so that it can be seen whether it moves.</summary>
    long Progress { get; }

    bool IsInUserCode { get; }

    /// <summary>Whether it has something to do; false while it waits for more.</summary>
    bool IsBusy { get; }

    /// <summary>Goes on without the thread that has been in the same user code since <paramref name="progress"/>: on another, since the calling one looks after all loops.</summary>
    void TakeOver(long progress);
}
