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

    public async Task<int> SlowAsync(int milliseconds = 20)
    {
        await Task.Delay(milliseconds);
        return 9;
    }
}
