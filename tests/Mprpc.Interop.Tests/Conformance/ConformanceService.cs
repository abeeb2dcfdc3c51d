namespace Mprpc.Interop.Tests.Conformance;

/// <summary>The service that tests/Mprpc.Conformance/README.md asks for.</summary>
public sealed class ConformanceService
{
    private MprpcRaw _kept;

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    // A raw parameter is the pipe's memory: what outlives the call is copied.
    public void SetX(MprpcRaw v) => _kept = new MprpcRaw(v.Memory.ToArray());

    public MprpcRaw GetX() => _kept;

    public async Task<int> SlowAsync(int ms, CancellationToken cancellationToken)
    {
        await Task.Delay(ms, cancellationToken);
        return ms;
    }

    public void Fail(string message) => throw new MprpcException(message);

    public void ThrowInNotification() => throw new InvalidOperationException("Not meant for the caller.");

    public byte[] ToBytes(byte[] value) => value;

    public string ToText(string value) => value;
}
