using Mprpc.Client.Transports;

namespace Mprpc.Client.Tests;

/// <summary>Connects as the test says: each attempt with its number, counted from 0.</summary>
internal sealed class TestDialer(Func<int, CancellationToken, Task<ClientTransport>> connect) : Dialer
{
    private int _attempts;

    public int Attempts => Volatile.Read(ref _attempts);

    public override Task<ClientTransport> ConnectAsync(CancellationToken cancellationToken)
        => connect(Interlocked.Increment(ref _attempts) - 1, cancellationToken);

    public override string ToString() => "the test's peer";
}
