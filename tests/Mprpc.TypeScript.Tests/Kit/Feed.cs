using System.Runtime.CompilerServices;

namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>What the case "streams" of clients/typescript/test/live-cases.ts calls.</summary>
internal sealed class Feed(DeskState state) : IFeed
{
    private const int PieceSize = 100_000;

    public async IAsyncEnumerable<int> CountAsync(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; i < to; i++)
            {
                yield return i;
            }
        }
        finally
        {
            Interlocked.Increment(ref state.Disposed);
        }

        await Task.CompletedTask;
    }

    public async IAsyncEnumerable<int> DripAsync(int to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < to; i++)
        {
            await Task.Delay(1, cancellationToken);
            yield return i;
        }

        throw new MprpcException("boom", "E7");
    }

    public async IAsyncEnumerable<byte[]> ReadAsync(int pieces, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < pieces; i++)
        {
            await Task.Yield();
            byte[] piece = new byte[PieceSize];
            Array.Fill(piece, (byte)i);
            yield return piece;
        }
    }

    public async Task<long> TotalAsync(IAsyncEnumerable<long> values, CancellationToken cancellationToken)
    {
        long total = 0;

        await foreach (long value in values.WithCancellation(cancellationToken))
        {
            total += value;
        }

        return total;
    }

    public async Task<long> SaveAsync(string name, IAsyncEnumerable<byte[]> pieces, CancellationToken cancellationToken)
    {
        long size = 0;

        await foreach (byte[] piece in pieces.WithCancellation(cancellationToken))
        {
            size += piece.Length;
        }

        return size;
    }

    public async Task<int> FirstAsync(IAsyncEnumerable<int> values, CancellationToken cancellationToken)
        => await values.FirstAsync(cancellationToken);

    public async IAsyncEnumerable<int> DoubleAsync(IAsyncEnumerable<int> values, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (int value in values.WithCancellation(cancellationToken))
        {
            yield return value * 2;
        }
    }

    public int CountDisposed() => Volatile.Read(ref state.Disposed);

    public async Task<long[]> AskAsync(MprpcCallContext call, CancellationToken cancellationToken)
    {
        IGauge gauge = call.Connection.As<IGauge>();
        long sum = 0;

        await foreach (int tick in gauge.TicksAsync(50_000, cancellationToken))
        {
            sum += tick;
        }

        return [sum, await gauge.TotalAsync(AsyncEnumerable.Range(1, 50_000), cancellationToken)];
    }
}
