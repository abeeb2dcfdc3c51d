namespace Mprpc.Dispatch;

/// <summary>What a method has returned, in one shape for values, void and tasks; structs, so that the JIT makes straight code of each.</summary>
internal interface IReturned<TSelf, TReturn, TResult>
    where TSelf : struct, IReturned<TSelf, TReturn, TResult>
{
    /// <exception cref="InvalidOperationException">The method returned null in place of a task.</exception>
    static abstract TSelf From(TReturn value);

    bool IsCompleted { get; }

    /// <summary>Whether what completes it is known to call its continuation back once. To be asked only where it is not complete.</summary>
    bool CallsBackOnce { get; }

    void UnsafeOnCompleted(Action continuation);

    /// <summary>The result; throws what the method threw.</summary>
    TResult GetResult();
}
