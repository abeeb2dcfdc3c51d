using Mprpc.Client;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>The cases of tests/peers, with our client as the caller.</summary>
internal sealed class PeerServerCases
{
    private static readonly byte[] s_allBytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

    private static readonly ulong[] s_positive =
        [0, 1, 127, 128, 255, 256, 65535, 65536, uint.MaxValue, 1UL << 32, (1UL << 53) - 1, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private static readonly long[] s_negative =
        [-1, -32, -33, -128, -129, -32768, -32769, int.MinValue, int.MinValue - 1L, -(1L << 53) + 1, long.MinValue];

    private readonly PeerServer _server;
    private readonly PeerDialect _dialect;

    private PeerServerCases(PeerServer server, PeerDialect dialect)
    {
        _server = server;
        _dialect = dialect;
    }

    private MprpcClient Client => _server.Client;

    public static async Task<IReadOnlyList<Cell>> RunAsync(PeerServer server, PeerDialect dialect)
    {
        var cases = new PeerServerCases(server, dialect);
        var cells = new List<Cell>();

        foreach (string name in PeerMatrix.Cases)
        {
            cells.Add(await cases.TryAsync(name));
        }

        return cells;
    }

    private async Task<Cell> TryAsync(string name)
    {
        if (name is "ext" or "timestamp" && _dialect.WithoutExt is { } reason)
        {
            return new Cell(name, CellVerdict.Skip, reason);
        }

        try
        {
            await CaseAsync(name).InTime();
            return new Cell(name, CellVerdict.Ok);
        }
        catch (Exception exception)
        {
            return new Cell(
                name,
                CellVerdict.Red,
                $"{exception.GetType().Name}: {string.Join(' ', exception.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}");
        }
    }

    private Task CaseAsync(string name) => name switch
    {
        "sum" => SumAsync(),
        "error" => ErrorAsync(),
        "unknown_method" => UnknownMethodAsync(),
        "text_ascii" => EchoesAsync("hello"),
        "text_japanese" => EchoesAsync("こんにちは、世界。"),
        "text_40" => EchoesAsync(new string('x', 40)),
        "text_70000" => EchoesAsync(new string('x', 70_000)),
        "binary_all_bytes" => EchoesAsync(s_allBytes),
        "binary_1mib" => EchoesAsync(Enumerable.Repeat(s_allBytes, 4096).SelectMany(bytes => bytes).ToArray()),
        "nested"
            => MeansTheSameAsync(
                _dialect.HasEmptyMaps
                    ? "81 a1 61 93 01 81 a1 62 93 90 80 92 02 92 03 c0 81 a1 64 81 a1 65 a1 66"
                    : "81 a1 61 93 01 81 a1 62 92 90 92 02 92 03 c0 81 a1 64 81 a1 65 a1 66"),
        "integers" => IntegersAsync(),
        "float32" => EchoesAsync(0.5f, 0.5),
        "float64" => EchoesAsync(3.141592653589793),
        "nil" => EchoesAsync<object?>(null),
        "booleans" => BooleansAsync(),
        "ext" => MeansTheSameAsync("c7 03 05 010203"),
        "timestamp" => TimestampsAsync(),
        "concurrent_1000" => ConcurrentAsync(),
        "notify_then_read" => _dialect.NotifyThenReadAsync(Client),
        "reconnect" => ReconnectAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such case."),
    };

    private async Task SumAsync() => Assert.Equal(3, await _dialect.SumAsync(Client, 1, 2));

    private async Task ErrorAsync()
    {
        MprpcRemoteException error = await Assert.ThrowsAsync<MprpcRemoteException>(() => _dialect.FailAsync(Client, "boom"));

        Assert.Contains("boom", $"{error.Message} {MprpcRaw.From(error.ErrorData)}", StringComparison.Ordinal);
    }

    private async Task UnknownMethodAsync()
    {
        await Assert.ThrowsAsync<MprpcRemoteException>(() => _dialect.UnknownAsync(Client));
        await SumAsync();
    }

    private Task EchoesAsync<T>(T value) => EchoesAsync(value, value);

    private async Task EchoesAsync<T>(object? value, T expected) => Assert.Equal(expected, await _dialect.EchoAsync<T>(Client, value));

    private async Task MeansTheSameAsync(string vector)
    {
        byte[] value = Hex.Parse(vector);

        MprpcRaw echo = await _dialect.EchoAsync<MprpcRaw>(Client, new MprpcRaw(value));

        Assert.True(WireDecoder.Read(value).Means(WireDecoder.Read(echo.Memory.Span)), $"{echo} instead of {new MprpcRaw(value)}");
    }

    private async Task IntegersAsync()
    {
        foreach (ulong value in s_positive.Where(value => value <= _dialect.Largest))
        {
            await EchoesAsync(value);
        }

        foreach (long value in s_negative.Where(value => value >= _dialect.Smallest))
        {
            await EchoesAsync(value);
        }
    }

    private async Task BooleansAsync()
    {
        await EchoesAsync(true);
        await EchoesAsync(false);
    }

    private async Task TimestampsAsync()
    {
        DateTime[] values = [DateTime.UnixEpoch.AddSeconds(1), DateTime.UnixEpoch.AddTicks(1_700_000_000_1234567), DateTime.UnixEpoch.AddTicks(-9_990_000)];

        foreach (DateTime value in values)
        {
            await EchoesAsync(new DateTime(value.Ticks - (value.Ticks % _dialect.TimestampTicks), DateTimeKind.Utc));
        }
    }

    private async Task ConcurrentAsync()
    {
        int[] sums = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => _dialect.SumAsync(Client, i, 1)));

        Assert.Equal(Enumerable.Range(1, 1000), sums);
    }

    private async Task ReconnectAsync()
    {
        await _server.StopAsync();
        await Assert.ThrowsAsync<MprpcConnectionException>(SumAsync);
        await _server.StartAgainAsync();
        await SumAsync();
    }
}
