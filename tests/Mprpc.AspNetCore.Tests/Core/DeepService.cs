namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Takes and makes values that nest as deep as they are asked to.</summary>
public sealed class DeepService
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    public int Held => Volatile.Read(ref _held);

    [MprpcIgnore]
    public void Release() => _gate.TrySetResult();

    public int Sum(int x, int y) => x + y;

    public void Take(MprpcRaw value) => _ = value;

    public object? Make(string kind, int levels) => DeepValues.Of(kind, levels);

    public async Task<object?> MakeLater(int levels)
    {
        await Task.Yield();
        return DeepValues.Of("object", levels);
    }

    public MprpcRaw MakeRaw(int levels) => DeepValues.Raw(levels);

    public MprpcRaw MakeBroken() => new(new byte[] { 0x92, 0x01 });

    public DeepValues.Link? MakeLinks(int levels) => DeepValues.Links(levels);

    public async ValueTask<DeepValues.Link?> MakeLinksLater(int levels)
    {
        await Task.Yield();
        return DeepValues.Links(levels);
    }

    [MprpcFilter<DeepFilter>]
    public object? MakeGuarded(int levels) => DeepValues.Of("object", levels);

    [MprpcFilter<DeepFilter>]
    public object? MakeByFilter(int levels) => levels;

    public async Task<int> HoldAsync(int value)
    {
        Interlocked.Increment(ref _held);
        await _gate.Task;
        return value;
    }

    public void Fail(int levels) => throw new MprpcException("No.", "E7", DeepValues.Of("object", levels));

    public async Task FailLater(int levels)
    {
        await Task.Yield();
        Fail(levels);
    }

    public void FailLarge(int data, int message) => throw new MprpcException(new string('x', message), "E7", new byte[data]);
}
