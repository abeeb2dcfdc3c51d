using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>Makes a stream the one array that peers get who do not know streams (docs/protocol.md 10.13).</summary>
internal static class StreamCollector
{
    /// <summary>Takes all items of a stream.</summary>
    /// <exception cref="MprpcException">It has more than may be collected, or takes longer.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<MprpcRaw> CollectAsync<T>(
        IAsyncEnumerable<T> source, IItemEncoding encoding, StreamLimits limits, string name, TimeProvider clock, CancellationToken cancellationToken)
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
                        throw TooLarge(name, $"more than {limits.MaxPlainItems:N0} items", limits, "MaxPlainStreamItems");
                    }

                    array.Add(encoding, items.Current);

                    if (array.Bytes > limits.MaxPlainBytes)
                    {
                        throw TooLarge(name, $"more than {limits.MaxPlainBytes:N0} bytes", limits, "MaxPlainStreamBytes");
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
            throw TooLarge(name, $"items for more than {limits.MaxPlainTime.TotalSeconds:N0} s", limits, "MaxPlainStreamTime");
        }
        finally
        {
            array.Drop();
        }
    }

    private static MprpcException TooLarge(string name, string what, StreamLimits limits, string option)
        => new(
            $"{name} is a stream, and one that goes to a peer without the protocol's extensions is collected into an array: it has {what}. "
            + (limits.OptionsName is null ? "Send fewer." : $"Say '$/hello' and give credit, ask for less, or raise {limits.OptionsName}.{option}."),
            ErrorCode.TooLarge);
}
