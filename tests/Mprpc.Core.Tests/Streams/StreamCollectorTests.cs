using Microsoft.Extensions.Time.Testing;
using Mprpc.Streams;
using Mprpc.Tests.Kit;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

/// <summary>The one array that peers get who do not know streams.</summary>
public sealed class StreamCollectorTests
{
    private readonly RecordingConnection _connection = new();
    private readonly FakeTimeProvider _clock = new();
    private int _disposed;
    private int _made;

    [Fact]
    public async Task CollectAsync_WithinTheLimits_IsOneArray()
    {
        MprpcRaw three = await CollectAsync(Numbers(3), new StreamLimits { MaxPlainItems = 3 }).InTime();
        MprpcRaw none = await CollectAsync(Numbers(0), new StreamLimits()).InTime();

        Assert.Equal("93000102", Hex.Of(three.Memory.Span));
        Assert.Equal("90", Hex.Of(none.Memory.Span));
    }

    [Fact]
    public async Task CollectAsync_OneItemTooMany_IsTooLargeAndTheSourceIsDisposed()
    {
        // X40
        var exception = await Assert.ThrowsAsync<MprpcException>(() => CollectAsync(Numbers(int.MaxValue), new StreamLimits { MaxPlainItems = 10 }).InTime());

        Assert.Equal(ErrorCode.TooLarge, exception.Code);
        Assert.Contains("10 items", exception.Message, StringComparison.Ordinal);
        Assert.Equal((11, 1), (_made, _disposed));
    }

    [Fact]
    public async Task CollectAsync_TooManyBytes_IsTooLarge()
    {
        var exception = await Assert.ThrowsAsync<MprpcException>(() => CollectAsync(Numbers(int.MaxValue), new StreamLimits { MaxPlainBytes = 10 }).InTime());

        Assert.Equal(ErrorCode.TooLarge, exception.Code);
        Assert.Contains("10 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, _disposed);
    }

    [Fact]
    public async Task CollectAsync_TakesTooLong_IsTooLargeAndTheSourceIsDisposed()
    {
        // X41
        Task<MprpcRaw> collecting = CollectAsync(Waiting(), new StreamLimits { MaxPlainTime = TimeSpan.FromSeconds(30) });
        await Bounded.Until(() => _made == 1, "an item");
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(collecting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(2));

        var exception = await Assert.ThrowsAsync<MprpcException>(() => collecting.InTime());

        Assert.Equal(ErrorCode.TooLarge, exception.Code);
        Assert.Contains("30 s", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, _disposed);
    }

    [Fact]
    public async Task CollectAsync_Cancelled_IsCancelledAndTheSourceIsDisposed()
    {
        using var stop = new CancellationTokenSource();
        Task<MprpcRaw> collecting = CollectAsync(Waiting(), new StreamLimits(), stop.Token);
        await Bounded.Until(() => _made == 1, "an item");

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collecting.InTime());
        Assert.Equal(1, _disposed);
    }

    private Task<MprpcRaw> CollectAsync(IAsyncEnumerable<int> source, StreamLimits limits, CancellationToken cancellationToken = default)
        => StreamCollector.CollectAsync(source, _connection, limits, "The result of 'm'", "Ask for less", _clock, cancellationToken);

    private async IAsyncEnumerable<int> Numbers(int count)
    {
        await Task.CompletedTask;

        try
        {
            for (int i = 0; i < count; i++)
            {
                _made++;
                yield return i;
            }
        }
        finally
        {
            _disposed++;
        }
    }

    private async IAsyncEnumerable<int> Waiting([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            _made++;
            yield return 0;
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            _disposed++;
        }
    }
}
