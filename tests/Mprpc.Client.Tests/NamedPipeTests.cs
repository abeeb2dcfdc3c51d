using System.IO.Pipes;

namespace Mprpc.Client.Tests;

/// <summary>Named pipes: .NET has them on every system for a client, Kestrel on Windows only for a server.</summary>
public sealed class NamedPipeTests
{
    private readonly string _name = $"mprpc-{Guid.NewGuid():N}";

    [Fact]
    public async Task Call_OverANamedPipe_IsAnswered()
    {
        await using var pipe = new NamedPipeServerStream(_name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous);
        Task accepted = pipe.WaitForConnectionAsync();
        await using var client = new MprpcClient($"pipe://./{_name}");

        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        await accepted.WaitAsync(TimeSpan.FromSeconds(30));
        byte[] request = new byte[9];
        await pipe.ReadExactlyAsync(request);
        await pipe.WriteAsync(Convert.FromHexString("940100c003"));

        Assert.Equal("940000a373756d9201", Convert.ToHexStringLower(request));
        Assert.Equal(3, await call.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Connect_NobodyHasOpenedThePipe_SaysSo()
    {
        var options = new MprpcClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(50) };

        MprpcConnectionException error = await Assert.ThrowsAsync<MprpcConnectionException>(
            async () => await MprpcClient.ConnectAsync($"pipe://./{_name}", options));

        Assert.Contains($"pipe://./{_name}", error.Message, StringComparison.Ordinal);
        Assert.False(error.RequestWasSent);
    }

    [Fact]
    public async Task Server_OnANamedPipe_Answers()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "Kestrel listens on named pipes on Windows only.");
        await using RealServer server = await RealServer.StartAsync($"pipe://./{_name}");
        await using MprpcClient client = await MprpcClient.ConnectAsync($"pipe://./{_name}");

        int sum = await client.CallAsync<int>("sum", 1, 2);

        Assert.Equal(3, sum);
    }

    [Fact]
    public async Task Server_OnANamedPipeElsewhere_IsRefusedWithTheRemedy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it is served.");

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(async () => await RealServer.StartAsync($"pipe://./{_name}"));

        Assert.Contains("unix:///path", error.Message, StringComparison.Ordinal);
    }
}
