using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Configuration;

/// <summary>What a reload of a file does not change, and what it says of that.</summary>
public sealed class ReloadReportTests : IDisposable
{
    private const int LimitsChanged = 102;
    private const int LimitsNotChanged = 103;
    private const int NotReloaded = 107;
    private const int SectionGone = 108;
    private const int FileNotRead = 109;
    private const string Strict = """
        { "Mprpc": { "Limits": { "MaxMessageSize": 5000 }, "Endpoints": { "X": { "Url": "tcp://127.0.0.1:0", "Limits": { "MaxDepth": 3 } } } } }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _path;

    public ReloadReportTests() => _path = _folder.PathOf("settings.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{ "Mprpc": { "Limits": { "MaxMessageSize": 5000 }, "Endpoints": { "Y": { "Url": "tcp://127.0.0.1:0" } } } }""", "Mprpc:Endpoints:X")]
    [InlineData("""{ "Mprpc": { "Limits": { "MaxMessageSize": 5000 } } }""", "Mprpc:Endpoints:X")]
    [InlineData("""{ "Other": { "Key": 1 } }""", "Mprpc")]
    public async Task Section_Removed_LeavesTheLimitsAndSaysSoOnce(string json, string section)
    {
        await using RpcHost host = await StartAsync(Strict);

        Reload(host, json);
        Reload(host, json);

        await AssertDepthIsStillThreeAsync(host);
        LogEntry line = Assert.Single(host.Log.Entries, entry => entry.Event.Id == SectionGone && entry.Category == "Mprpc.Server");
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains($"{section} ", line.Message, StringComparison.Ordinal);
        Assert.Null(host.Log.Find(LimitsChanged));
    }

    [Fact]
    public async Task Section_RemovedAndBack_IsReadAgain()
    {
        await using RpcHost host = await StartAsync(Strict);

        Reload(host, "{}");
        Reload(host, Strict.Replace("\"MaxDepth\": 3", "\"MaxDepth\": 2", StringComparison.Ordinal));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a1 78 91 91 90");

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        Assert.Contains("deeper than 2 ", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mprpc:Limits:MaxDepht", "5", "Mprpc:Limits:MaxDepht is unknown", "MaxDepth")]
    [InlineData("Mprpc:Limitz:MaxDepth", "5", "Mprpc:Limitz is unknown", "Limits")]
    [InlineData("Mprpc:Authentication:LoginTimeOutt", "5", "Mprpc:Authentication:LoginTimeOutt is unknown", "LoginTimeout")]
    [InlineData("Mprpc:Endpoints:X:Limits:MaxDepht", "5", "Mprpc:Endpoints:X:Limits:MaxDepht is unknown", "MaxDepth")]
    [InlineData("Mprpc:Endpoints:X:Peeer", "5", "Mprpc:Endpoints:X:Peeer is unknown", "Peer")]
    [InlineData("Mprpc:Endpoints:X:OldSpec", "perhaps", "Mprpc:Endpoints:X:OldSpec is 'perhaps'", "true and false")]
    [InlineData("Mprpc:Endpoints:Y:Urk", "perhaps", "Mprpc:Endpoints:Y:Urk is unknown", "Url")]
    public async Task Key_ThatFailsTheStart_FailsTheReloadToo(string key, string value, params string[] parts)
    {
        await using RpcHost host = await StartAsync(Strict);
        host.App.Configuration["Mprpc:Endpoints:X:Limits:MaxDepth"] = "9";      // would be taken, were nothing else wrong
        host.App.Configuration[key] = value;

        ((IConfigurationRoot)host.App.Configuration).Reload();
        Exception? atStart = await Record.ExceptionAsync(() => StartAsync(Strict, key, value));

        await AssertDepthIsStillThreeAsync(host);
        string logged = (await host.Log.WaitForAsync(LimitsNotChanged)).Message;
        Assert.All(parts, part => Assert.Contains(part, logged, StringComparison.Ordinal));
        Assert.All(parts, part => Assert.Contains(part, atStart?.Message, StringComparison.Ordinal));
        Assert.Null(host.Log.Find(LimitsChanged));
    }

    [Fact]
    public async Task Settings_ThatDoNotReload_AreToldInOneLineWithoutTheirValues()
    {
        await using RpcHost host = await StartAsync(Strict);

        Reload(host, """
            {
              "Mprpc": {
                "DrainDelay": "00:00:01",
                "Limits": { "MaxMessageSize": 5000, "MaxConnections": 77 },
                "Endpoints": {
                  "X": { "Url": "tcp://127.0.0.1:1", "Peer": "MsgpackRpcPython", "Limits": { "MaxDepth": 4, "TlsHandshakeTimeout": "00:00:03" } },
                  "New": { "Url": "tls://127.0.0.1:2", "Certificate": { "Path": "x.pfx", "Password": "secret" } }
                }
              }
            }
            """);
        ((IConfigurationRoot)host.App.Configuration).Reload();

        LogEntry line = Assert.Single(host.Log.Entries, entry => entry.Event.Id == NotReloaded && entry.Category == "Mprpc.Server");
        Assert.All(
            [
                "Mprpc:DrainDelay", "Mprpc:Limits:MaxConnections", "Mprpc:Endpoints:X:Url", "Mprpc:Endpoints:X:Peer",
                "Mprpc:Endpoints:X:Limits:TlsHandshakeTimeout", "Mprpc:Endpoints:New",
            ],
            key => Assert.Contains(key, line.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", line.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("MaxDepth", line.Message, StringComparison.Ordinal);
        Assert.NotNull(host.Log.Find(LimitsChanged));
    }

    [Fact]
    public async Task Settings_ThatDoNotReload_TakenBack_AreNotTold()
    {
        await using RpcHost host = await StartAsync(Strict);

        Reload(host, Strict.Replace("\"MaxDepth\": 3", "\"MaxDepth\": 4", StringComparison.Ordinal));
        Reload(host, Strict);

        Assert.Null(host.Log.Find(NotReloaded));
    }

    [Fact]
    public async Task File_ThatIsBroken_LeavesTheLimitsAndIsTold()
    {
        // Its watcher is what brings a change to an application; a reload by hand throws to whoever asks for it.
        await using RpcHost host = await StartAsync(Strict, reloadOnChange: true);

        await File.WriteAllTextAsync(_path, Strict[..^5], TestContext.Current.CancellationToken);
        LogEntry line = await host.Log.WaitForAsync(FileNotRead);
        await AssertDepthIsStillThreeAsync(host);
        await File.WriteAllTextAsync(
            _path, Strict.Replace("\"MaxDepth\": 3", "\"MaxDepth\": 2", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await host.Log.WaitForAsync(LimitsChanged);

        Assert.Contains("settings.json", line.Message, StringComparison.Ordinal);
        Assert.Equal(LogLevel.Warning, line.Level);
    }

    [Fact]
    public async Task File_ThatIsBroken_DoesNotLoosenTheLimitsAtTheNextReloadOfAnother()
    {
        // Half of what is set comes from elsewhere, so that the section is there all the time.
        await using RpcHost host = await StartAsync(Strict, "Mprpc:DrainDelay", "00:00:00", reloadOnChange: true);

        await File.WriteAllTextAsync(_path, Strict[..^5], TestContext.Current.CancellationToken);
        await Bounded.Until(() => host.App.Configuration["Mprpc:Limits:MaxMessageSize"] is null, "that what the file said is gone");
        ((IConfigurationBuilder)host.App.Configuration).Add(new MemoryConfigurationSource());     // raises a reload

        await AssertDepthIsStillThreeAsync(host);
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a4 6563686f 91 c6 00100000");
        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    private void Reload(RpcHost host, string json)
    {
        File.WriteAllText(_path, json);
        ((IConfigurationRoot)host.App.Configuration).Reload();
    }

    private static async Task AssertDepthIsStillThreeAsync(RpcHost host)
    {
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a1 78 91 91 91 90");

        Assert.Equal("", await peer.ReadToAnyEndAsync());
        Assert.Contains("deeper than 3 ", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    private Task<RpcHost> StartAsync(string json, string? key = null, string? value = null, bool reloadOnChange = false)
    {
        File.WriteAllText(_path, json);
        return RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration.AddJsonFile(_path, optional: false, reloadOnChange);

                if (key is not null)
                {
                    builder.Configuration[key] = value;
                }

                builder.Services.AddMprpc().AddService<Adder>();
            },
            map: null);
    }
}
