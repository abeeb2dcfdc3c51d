using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <summary>The streams of one call that this side makes: its result, and parameters.</summary>
internal sealed class CallStreams(IncomingItems? result, IReadOnlyList<ParamFeed> feeds) : ICallStreams
{
    private readonly CancellationTokenSource _ended = new();
    private int _hasBegun;

    /// <summary>Where the items of the result go; null: the result is no stream.</summary>
    public IncomingItems? Result => result;

    public IReadOnlyList<ParamFeed> Feeds => feeds;

    /// <summary>What a source has thrown; null: none has.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>Whether a source has been begun, so that the call must not be made again.</summary>
    public bool HasBegun => Volatile.Read(ref _hasBegun) != 0;

    /// <summary>The request is sent: the sources are sent from now on.</summary>
    public void Begin(IStreamConnection connection, IReadOnlyList<(long Number, StreamCredit Credit)> opened)
    {
        Volatile.Write(ref _hasBegun, 1);

        for (int i = 0; i < opened.Count; i++)
        {
            ParamFeed feed = feeds[i];
            (long number, StreamCredit credit) = opened[i];
            _ = Task.Run(() => RunAsync(feed, connection, number, credit));     // it ends with the call, and keeps its failure
        }
    }

    /// <summary>The call has ended: nothing more is sent.</summary>
    public void End() => Cancel(_ended);

    /// <summary>On another thread: what runs on cancellation is the application's code.</summary>
    private static void Cancel(CancellationTokenSource source) => source.CancelAsync().ContinueWith(static task => task.Exception, TaskScheduler.Default);

    private async Task RunAsync(ParamFeed feed, IStreamConnection connection, long number, StreamCredit credit)
    {
        Exception? failure = null;
        MprpcRaw last = default;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);       // it is garbage with the call's own
        credit.WhenClosed(() => Cancel(stop));

        try
        {
            last = await feed.PumpAsync(connection, number, credit, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || credit.IsClosed)
        {
            connection.CloseFeed(number);
            return;
        }
        catch (Exception exception)
        {
            SourceFailure = failure = exception;
        }

        if (!_ended.IsCancellationRequested && !credit.IsClosed)
        {
            connection.SendEnd(number, last, failure);
        }

        connection.CloseFeed(number);
    }
}
