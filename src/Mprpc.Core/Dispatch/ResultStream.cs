using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>Makes what a method returns that is a stream the answer of its call: items as the caller takes them, or one array.</summary>
internal static class ResultStream
{
    private const string Remedy = "Say '$/hello' and give credit, ask for less";

    /// <summary>Sends the stream apart from the read loop. The call ends with it: what its place, policy and scope span is the whole stream.</summary>
    /// <param name="source">What the method has returned.</param>
    /// <param name="context">The call's.</param>
    /// <param name="maxPlainItems">How many items a caller gets at most who takes no streams; 0: as many as the options say.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The last items, or all.</returns>
    /// <exception cref="InvalidOperationException">The method has returned null.</exception>
    /// <exception cref="MprpcException">There are as many streams as may be.</exception>
    public static ValueTask<MprpcRaw> SendAsync<T>(IAsyncEnumerable<T>? source, CallContext context, int maxPlainItems, CancellationToken cancellationToken)
    {
        if (source is null)
        {
            throw new InvalidOperationException($"Method '{context.Method}' returned null in place of a stream. Return an empty one.");
        }

        if (context.MessageId is not { } id)
        {
            return DropAsync(source, failure: null);     // nobody takes its items
        }

        RpcConnection connection = context.Rpc;
        ConnectionStreams streams = connection.Streams;

        if (context.Control?.Credit is not { } allowed || !connection.SendsStreams)
        {
            StreamLimits limits = maxPlainItems > 0 ? streams.Limits with { MaxPlainItems = maxPlainItems } : streams.Limits;
            return new ValueTask<MprpcRaw>(Task.Run(
                () => StreamCollector.CollectAsync(source, streams, limits, $"The result of '{context.Method}'", Remedy, connection.Clock, cancellationToken)));
        }

        var credit = new StreamCredit(allowed);

        if (!context.Control.TryStream(credit))
        {
            return DropAsync(source, new OperationCanceledException("The call's time was up before its stream began."));
        }

        if (streams.TryOpenResult(id, credit) is { } problem)
        {
            return DropAsync(source, problem);
        }

        return new ValueTask<MprpcRaw>(Task.Run(() => PumpAsync(source, streams, id, credit, cancellationToken)));
    }

    /// <summary>Ends a stream that is not begun: of bytes that a method has opened, nobody else would close them.</summary>
    private static async ValueTask<MprpcRaw> DropAsync(object source, Exception? failure)
    {
        if (source is ReturnedBytes bytes)
        {
            await bytes.DisposeAsync().ConfigureAwait(false);
            await bytes.Returned.ConfigureAwait(failure is null ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.SuppressThrowing);
        }

        return failure is null ? default : throw failure;
    }

    private static async Task<MprpcRaw> PumpAsync<T>(
        IAsyncEnumerable<T> source, ConnectionStreams streams, long id, StreamCredit credit, CancellationToken cancellationToken)
    {
        try
        {
            return await new StreamPump<T>(source, streams, id, credit).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            streams.CloseResult(id, credit);
        }
    }
}
