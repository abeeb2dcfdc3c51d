using MessagePack;

namespace Mprpc.AspNetCore.Tests.Wire;

/// <summary>What the byte vectors call.</summary>
internal sealed class VectorService
{
    private const string Variable = "x";

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    public object? EchoObject(object? value) => value;

    public byte[] EchoBytes(byte[] value) => value;

    public string Now() => "now";

    public void SetX(MprpcRaw value, MprpcCallContext context) => context.Connection.Items[Variable] = value;

    public MprpcRaw GetX(MprpcCallContext context) => (MprpcRaw)context.Connection.Items[Variable]!;

    public void Boom() => throw new MprpcException("boom");

    public void BoomSilently() => throw new MprpcException("");

    public void Fail() => throw new MessagePackSerializationException("of the inside");

    public async Task<int> SlowAsync()
    {
        await Task.Delay(20);
        return 9;
    }

    public async Task<int> HeldAsync(MprpcCallContext context)
    {
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Connection.Items[nameof(Release)] = released;
        await released.Task;
        return 9;
    }

    public void Release(MprpcCallContext context) => ((TaskCompletionSource)context.Connection.Items[nameof(Release)]!).SetResult();
}
