using Mprpc.Client.Transports;
using Mprpc.Transports;

namespace Mprpc.Client.Tests;

/// <summary>How the attempts to connect end that get no answer, whatever the address.</summary>
public sealed class DialerTests
{
    [Theory]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("pipe")]
    public async Task Connect_NobodyAnswers_FailsAfterItsTimeWithAddressAndTime(string scheme)
    {
        using var server = new ScriptedServer();
        Dialer dialer = Create(scheme, server, TimeSpan.FromMilliseconds(50));

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(
            () => dialer.ConnectAsync(CancellationToken.None).WaitAsync(ScriptedServer.Deadline));

        Assert.StartsWith($"Cannot connect to {dialer}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("within 50 ms", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.RequestWasSent);
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("pipe")]
    public async Task Connect_CancelledByItsCaller_IsCancelled(string scheme)
    {
        using var server = new ScriptedServer();
        using var cancellation = new CancellationTokenSource();
        Dialer dialer = Create(scheme, server, timeout: null);

        Task<ClientTransport> connecting = dialer.ConnectAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(ScriptedServer.Deadline));
    }

    private static Dialer Create(string scheme, ScriptedServer server, TimeSpan? timeout)
    {
        string url = scheme == "pipe" ? $"pipe://./{Guid.NewGuid():N}" : $"{scheme}://127.0.0.1:{server.Port}";
        return Dialers.To(url, new MprpcClientOptions { ConnectTimeout = timeout }.Freeze());
    }
}
