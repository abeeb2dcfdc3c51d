using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>What is told to those who watch.</summary>
public sealed class LiveTests
{
    [Fact]
    public async Task Watcher_OfCallsAndConnections_SeesThem()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Watcher watcher = await Watcher.StartAsync(host);
        await using MprpcClient client = await host.ConnectAsync();

        await client.CallAsync<int>("sum", 1, 2).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("fail").AsTask().InTime());
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("made_up_by_a_peer").AsTask().InTime());
        JsonElement seen = await watcher.UntilAsync(now => now.GetProperty("all").GetProperty("calls").GetInt64() == 3);

        JsonElement[] methods = [.. seen.GetProperty("methods").EnumerateArray()];
        Assert.Equal(["_OTHER", "fail", "sum"], methods.Select(method => method.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        JsonElement sum = methods.Single(method => method.GetProperty("name").GetString() == "sum");
        Assert.Equal(1, sum.GetProperty("calls").GetInt64());
        Assert.Equal(0, sum.GetProperty("errors").GetInt64());
        Assert.True(sum.GetProperty("p99").GetDouble() > 0);
        Assert.Equal(2, seen.GetProperty("all").GetProperty("errors").GetInt64());
        JsonElement connection = Assert.Single(seen.GetProperty("connections").EnumerateArray());
        Assert.StartsWith("127.0.0.1:", connection.GetProperty("remote").GetString(), StringComparison.Ordinal);
        Assert.Equal("serving", seen.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Watcher_OfThePage_SeesItsCallsButNotItsConnectionsAndQuestions()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Watcher watcher = await Watcher.StartAsync(host);

        await host.DescribeAsync();
        Task<string> waiting = host.CallAsync("alone");
        await host.State.Started.Task.InTime();
        await host.CallAsync("sum", "[1, 2]");
        JsonElement seen = await watcher.UntilAsync(now => now.GetProperty("methods").GetArrayLength() > 0);
        host.State.Released.SetResult();
        await waiting.InTime();

        Assert.Equal("sum", Assert.Single(seen.GetProperty("methods").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(1, seen.GetProperty("all").GetProperty("calls").GetInt64());
        Assert.Empty(seen.GetProperty("connections").EnumerateArray());
        Assert.Equal(1, seen.GetProperty("running").GetInt32());
    }

    [Fact]
    public async Task Limit_ThatIsReached_IsCounted()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using Watcher watcher = await Watcher.StartAsync(host);
        await using RawPeer peer = await RawPeer.DialAsync(host.Services.GetRequiredService<IMprpcServer>().Endpoints[0]);

        await peer.SendAsync("C1");
        JsonElement seen = await watcher.UntilAsync(now => now.GetProperty("limits").EnumerateObject().Any());

        Assert.Equal(1, seen.GetProperty("limits").GetProperty("message_shape").GetInt64());
    }

    [Fact]
    public async Task Measuring_WithoutAWatcher_IsOff()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        Instrument duration = DurationOf(host);
        Assert.False(duration.Enabled);

        await using (Watcher first = await Watcher.StartAsync(host))
        {
            await using (Watcher second = await Watcher.StartAsync(host))
            {
                Assert.True(duration.Enabled);
            }

            await first.UntilAsync(_ => true);
            Assert.True(duration.Enabled);
        }

        await Bounded.Until(() => !duration.Enabled, "the end of the measuring");
        await using Watcher third = await Watcher.StartAsync(host);
        Assert.True(duration.Enabled);
    }

    [Fact]
    public async Task Abort_OfAConnection_ClosesIt()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        await using MprpcClient client = await host.ConnectAsync();
        Task<string> waiting = client.CallAsync<string>("alone").AsTask();
        await host.State.Started.Task.InTime();
        string id = Assert.Single(host.Services.GetRequiredService<IMprpcServer>().Connections).Id;

        using HttpResponseMessage closed = await host.SendAsync("api/abort", $$"""{"connection": "{{id}}"}""");
        using HttpResponseMessage unknown = await host.SendAsync("api/abort", """{"connection": "none"}""");
        using HttpResponseMessage odd = await host.SendAsync("api/abort", "{}");

        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, odd.StatusCode);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => waiting.InTime());
        await host.State.Ended.Task.InTime();
    }

    [Fact]
    public async Task Stop_OfTheApplication_IsSeenAndNotHeldUp()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder => builder.Configuration["Mprpc:DrainDelay"] = "00:00:02");
        await using Watcher watcher = await Watcher.StartAsync(host);

        Task stopping = host.StopAsync();
        await watcher.UntilAsync(now => now.GetProperty("state").GetString() == "draining");

        await watcher.ToEndAsync();
        await stopping;
        Assert.Empty(host.Warnings);
    }

    /// <summary>The histogram of this application, found as a listener of its own finds it, and not listened to.</summary>
    private static Instrument DurationOf(ExplorerHost host)
    {
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        Instrument? found = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
                found = instrument.Name == "rpc.server.call.duration" && instrument.Meter.Scope == factory ? instrument : found,
        };
        listener.Start();
        return found!;
    }

    /// <summary>Somebody who has the page open.</summary>
    private sealed class Watcher : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly StreamReader _reader;

        private Watcher(HttpResponseMessage response, Stream stream)
        {
            _response = response;
            _reader = new StreamReader(stream);
        }

        /// <summary>Begins to watch, and has seen the first snapshot.</summary>
        public static async Task<Watcher> StartAsync(ExplorerHost host)
        {
            HttpResponseMessage response = await host.SendAsync("api/live");
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            var watcher = new Watcher(response, await response.Content.ReadAsStreamAsync().InTime());
            await watcher.UntilAsync(_ => true);
            return watcher;
        }

        public async Task<JsonElement> UntilAsync(Func<JsonElement, bool> isWanted)
        {
            while (await _reader.ReadLineAsync().InTime() is { } line)
            {
                if (line.Length > 0 && JsonElement.Parse(line["data: ".Length..]) is var snapshot && isWanted(snapshot))
                {
                    return snapshot;
                }
            }

            throw new InvalidOperationException("The events have ended.");
        }

        public Task<string> ToEndAsync() => _reader.ReadToEndAsync().InTime();

        public ValueTask DisposeAsync()
        {
            _reader.Dispose();
            _response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
