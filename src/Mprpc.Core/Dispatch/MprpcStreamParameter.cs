using System.ComponentModel;
using MessagePack;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Serialization;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.CompilerServices;

/// <summary>Reads a parameter that is a stream. For generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcStreamParameter
{
    private const string Expected = "an array, or the negative number of a stream";

    /// <summary>Reads the next parameter: the number of a stream that the peer feeds, or an array of its items.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="parameters">The call's parameters.</param>
    /// <param name="context">The call's context.</param>
    /// <param name="name">The parameter's name, for errors.</param>
    /// <returns>The items, to be read once; null where the reader failed.</returns>
    public static IAsyncEnumerable<T> Read<T>(ref MprpcReader parameters, MprpcCallContext? context, string name)
    {
        MprpcRaw sent = parameters.Read<MprpcRaw>();

        if (parameters.Failed)
        {
            return null!;
        }

        var call = (CallContext)context!;

        if (Find(sent, call.Control?.Fed) is not { } items)
        {
            parameters.Fail(Expected);
            return null!;
        }

        return new FedStream<T>(items, call.Rpc.Serializer, call.Method, name);
    }

    private static IncomingItems? Find(in MprpcRaw sent, FedStreams? fed)
    {
        ReadOnlySpan<byte> bytes = sent.Memory.Span;

        if (sent.Type == MessagePackType.Integer)
        {
            return MessagePackHead.TryReadInteger(bytes, out long number, out _) ? fed?.Find(number) : null;
        }

        var items = new IncomingItems(StreamAllowance.NoLimit);
        return items.TryComplete(sent) ? items : null;
    }
}
