using Mprpc.Comparison.Load;

namespace Mprpc.Comparison.Peers;

/// <summary>One connection of one system, for the drivers of what goes beyond calls: streams, cancellation, calls of the server.</summary>
internal interface IStreamClient : IAsyncDisposable
{
    /// <summary>Opens a stream, reads it until the window is over, and ends it.</summary>
    /// <returns>How many items came.</returns>
    Task<long> ReadAsync(Operation operation, LoadWindow window);

    /// <summary>Sends a stream until the window is over.</summary>
    /// <returns>How many items the server has read.</returns>
    Task<long> FeedAsync(LoadWindow window);

    /// <summary>Completes when what was on its way has come: some systems go on sending for a while what nobody reads any more.</summary>
    Task DrainAsync() => this is ICallClient client ? client.SumAsync(1, 2).AsTask() : Task.CompletedTask;

    /// <summary>Opens a stream of numbers and reads the first.</summary>
    /// <returns>The stream, which nobody reads any further.</returns>
    Task<IAsyncDisposable> OpenStalledAsync();

    /// <summary>Makes a call that ends when it is cancelled.</summary>
    Task WaitForCancelAsync(int number, CancellationToken cancellationToken);

    /// <summary>Completes when that call runs at the server.</summary>
    Task BegunAsync(int number);

    /// <summary>Completes when the token of that call was told, and says when.</summary>
    Task<long> CancelledAtAsync(int number);

    /// <summary>Has the server send so many messages to all of its clients.</summary>
    Task BroadcastAsync(int count) => throw new NotSupportedException();

    /// <summary>Has the server send to the clients that read nothing, until what lies between is full.</summary>
    Task FillStalledAsync() => throw new NotSupportedException();

    /// <summary>Has the server call this client for so many milliseconds.</summary>
    /// <returns>How many calls it has made.</returns>
    Task<long> AskBackAsync(int milliseconds);
}
