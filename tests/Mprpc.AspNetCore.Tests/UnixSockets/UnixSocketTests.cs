using System.Net.Sockets;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.UnixSockets;

/// <summary>Unix sockets: who may connect, and what becomes of a file that is in the way.</summary>
public sealed class UnixSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public UnixSocketTests() => _path = _folder.PathOf("rpc.sock");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_ByDefault_IsForItsUserOnly()
    {
        await using RpcHost host = await StartAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, FileRights.Of(_path));
    }

    [Fact]
    public async Task File_WithAnotherMode_HasIt()
    {
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        await using RpcHost host = await StartAsync(options => options.UnixSocketMode = Mode);

        Assert.Equal(Mode, FileRights.Of(_path));
    }

    [Fact]
    public async Task File_OfAServerThatWasKilled_IsReplaced()
    {
        LeaveStaleSocket();
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task File_OfAServerThatLives_IsRefusedAndLeftToIt()
    {
        await using RpcHost living = await StartAsync();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());
        await using MprpcClient client = living.CreateClient();

        Assert.Contains($"unix://{_path}", exception.Message, StringComparison.Ordinal);
        Assert.Contains(
            OperatingSystem.IsLinux() ? "this application itself listens there" : "another process listens there", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Theory]
    [InlineData("")]
    [InlineData("precious")]
    public async Task File_ThatIsNoSocket_IsRefusedAndKept(string content)
    {
        await File.WriteAllTextAsync(_path, content, TestContext.Current.CancellationToken);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());

        Assert.Contains("not a socket", exception.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Folder_InItsPlace_IsRefusedAndKept()
    {
        Directory.CreateDirectory(_path);

        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());

        Assert.True(Directory.Exists(_path));
    }

    [Fact]
    public async Task Link_InItsPlace_IsRefusedAndKept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        File.CreateSymbolicLink(_path, _folder.PathOf("nowhere"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync());

        Assert.NotNull(new FileInfo(_path).LinkTarget);
    }

    [Fact]
    public async Task Link_ToASocketThatIsStale_IsRefusedAndBothAreKept()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights on Windows.");
        LeaveStaleSocket();
        string link = _folder.PathOf("link.sock");
        File.CreateSymbolicLink(link, _path);

        await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(path: link));

        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.True(File.Exists(_path));
    }

    [Fact]
    public async Task Folder_Missing_FailsTheStartSayingSo()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(path: _folder.PathOf("missing/rpc.sock")));

        Assert.Contains("Its folder must exist", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_AtTheStop_IsRemoved()
    {
        await using (await StartAsync())
        {
            Assert.True(File.Exists(_path));
        }

        Assert.False(File.Exists(_path));
    }

    [Fact]
    public async Task File_ReplacedByAnother_IsKeptAtTheStop()
    {
        await using (await StartAsync())
        {
            File.Delete(_path);
            await File.WriteAllTextAsync(_path, "precious", TestContext.Current.CancellationToken);
        }

        Assert.Equal("precious", await File.ReadAllTextAsync(_path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task File_ReplacedByThatOfAnotherServer_IsKeptAtTheStop()
    {
        RpcHost old = await StartAsync();
        File.Delete(_path);
        await using RpcHost young = await StartAsync();

        await old.DisposeAsync();
        await using MprpcClient client = young.CreateClient();

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task File_MovedAway_IsNoTroubleAtTheStop()
    {
        await using (await StartAsync())
        {
            File.Move(_path, _folder.PathOf("moved.sock"));
        }

        Assert.False(File.Exists(_path));
    }

    [Fact]
    public async Task Address_OfEachConnection_IsThatOfTheFile()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.AssertOpenAsync();

        Assert.Equal(_path, host.Rpc.ToString());
        Assert.Equal(_path, Assert.Single(host.App.Services.GetRequiredService<IMprpcServer>().Connections).LocalEndPoint?.ToString());
    }

    [Fact]
    public async Task UseTls_OnAUnixSocket_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(options => options.UseTls()));

        Assert.Contains("not a TCP address", exception.Message, StringComparison.Ordinal);
    }

    private Task<RpcHost> StartAsync(Action<MprpcEndpointOptions>? configure = null, string? path = null)
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Adder>($"unix://{path ?? _path}").WithEndpoint(configure ?? (_ => { })));

    /// <summary>As a process leaves it that is killed: the file is there, and nobody listens.</summary>
    private void LeaveStaleSocket()
    {
        string elsewhere = _folder.PathOf("moved.sock");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(elsewhere));
        File.Move(elsewhere, _path);        // .NET removes the file that it has bound, and finds it gone
        socket.Dispose();

        Assert.True(File.Exists(_path));
    }
}
