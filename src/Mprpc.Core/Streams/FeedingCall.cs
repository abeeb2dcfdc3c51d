using System.Runtime.ExceptionServices;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>Makes a call that has streams: its result, arguments, or both. To a peer that takes none, arguments go as arrays.</summary>
internal static class FeedingCall
{
    /// <param name="sender">Makes the call.</param>
    /// <param name="method">The method's wire name, for errors.</param>
    /// <param name="request">Method and arguments, with a mark for each stream.</param>
    /// <param name="fed">The arguments that are streams.</param>
    /// <param name="result">Where the items of the result go; null: it is no stream.</param>
    /// <param name="options">The call's own.</param>
    public static async ValueTask<T> SendAsync<T>(
        ICallSender sender,
        string method,
        MprpcWriter request,
        IReadOnlyList<(int Index, MprpcStream Stream)> fed,
        IncomingItems? result,
        MprpcCallOptions options)
    {
        byte[] written = fed.Count == 0 ? [] : request.WrittenSpan.ToArray();
        MprpcSerializerOptions serializer = request.Serializer;
        var streams = new CallStreams(result, ParamFeed.Of(fed));

        try
        {
            return await sender.SendAsync<T>(method, request, options with { Streams = streams }).ConfigureAwait(false);
        }
        catch (StreamsNotTakenException) when (fed.Count > 0)
        {
            MprpcWriter arrays = await CollectAsync(sender, written, serializer, streams, options.CancellationToken).ConfigureAwait(false);
            return await sender.SendAsync<T>(method, arrays, options with { Streams = new CallStreams(result, []) }).ConfigureAwait(false);
        }
        catch (MprpcRemoteException) when (streams.SourceFailure is { } failure)
        {
            // The peer has been told that it failed; the caller knows what has.
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
        finally
        {
            streams.End();
        }
    }

    private static async ValueTask<MprpcWriter> CollectAsync(
        ICallSender sender, byte[] written, MprpcSerializerOptions serializer, CallStreams streams, CancellationToken cancellationToken)
    {
        var sink = new PlainSink(serializer);

        foreach (ParamFeed feed in streams.Feeds)
        {
            MprpcRaw items = await feed.CollectAsync(sink, sender.StreamLimits, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            written = feed.Replace(written, items);
        }

        MprpcWriter arrays = sender.BeginCall();
        arrays.WriteEncoded(written);
        arrays.Levels = TypeDepth.Unknown;
        return arrays;
    }
}
