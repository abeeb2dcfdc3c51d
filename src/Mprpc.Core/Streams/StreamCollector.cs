using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>Makes a stream the one array that peers get who do not know streams (docs/protocol.md 10.13).</summary>
internal static class StreamCollector
{
    /// <summary>Takes all items of a stream.</summary>
    /// <param name="source">The items.</param>
    /// <param name="encoding">Encodes them.</param>
    /// <param name="limits">What may be collected.</param>
    /// <param name="name">What the stream is, for errors.</param>
    /// <param name="remedy">What to do if it is too large, besides raising the limit.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MprpcException">It has more than may be collected, or takes longer.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<MprpcRaw> CollectAsync<T>(
        IAsyncEnumerable<T> source,
        IItemEncoding encoding,
        StreamLimits limits,
        string name,
        string remedy,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limits.MaxPlainTime, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var array = default(ItemBatch);

        try
        {
            IAsyncEnumerator<T> items = source.GetAsyncEnumerator(either.Token);

            try
            {
                while (await items.MoveNextAsync().ConfigureAwait(false))
                {
                    if (array.Count == limits.MaxPlainItems)
                    {
                        throw TooLarge(name, remedy, $"more than {limits.MaxPlainItems:N0} items", limits, "MaxPlainStreamItems");
                    }

                    array.Add(encoding, items.Current);

                    if (array.Bytes > limits.MaxPlainBytes)
                    {
                        throw TooLarge(name, remedy, $"more than {limits.MaxPlainBytes:N0} bytes", limits, "MaxPlainStreamBytes");
                    }

                    either.Token.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                await items.DisposeAsync().ConfigureAwait(false);
            }

            return array.TakeArray(encoding, isNilIfEmpty: false);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw TooLarge(name, remedy, $"items for more than {limits.MaxPlainTime.TotalSeconds:N0} s", limits, "MaxPlainStreamTime");
        }
        finally
        {
            array.Drop();
        }
    }

    private static MprpcException TooLarge(string name, string remedy, string what, StreamLimits limits, string option)
        => new(
            $"{name} is a stream, and one that goes to a peer without the protocol's extensions is collected into an array: it has {what}. "
            + (limits.OptionsName is null ? $"{remedy}." : $"{remedy}, or raise {limits.OptionsName}.{option}."),
            ErrorCode.TooLarge);
}
