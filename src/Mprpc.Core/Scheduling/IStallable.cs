namespace Mprpc.Scheduling;

/// <summary>A loop that runs user code on its own thread, which that code may hold up.</summary>
internal interface IStallable
{
    /// <summary>The right to run the loop.</summary>
    Baton Baton { get; }

    /// <summary>Whether it has something to do; false while it waits for more.</summary>
    bool IsBusy { get; }

    /// <summary>
    /// Has another thread go on with the loop if its holder is still in this entry into user code. Returns at once: the calling thread looks after all loops.
    /// </summary>
    /// <param name="entry">As <see cref="Baton.TryGetEntry"/> gave it.</param>
    void TakeOver(long entry);
}
