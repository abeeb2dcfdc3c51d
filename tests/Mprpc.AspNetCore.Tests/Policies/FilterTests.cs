using Microsoft.Extensions.DependencyInjection.Extensions;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>Filters: their order, and what they can do to a call.</summary>
public sealed class FilterTests
{
    [Fact]
    public async Task Filters_OfServerServiceAndMethod_RunInThatOrder()
    {
        await using RpcHost host = await StartAsync<Filtered>(
            server => server
                .AddFilter<ServerFilter>()
                .AddFilter(async (call, next) =>
                {
                    Note(call, "server delegate");
                    await next(call);
                }),
            service => service.AddFilter((call, next) =>
            {
                Note(call, "service delegate");
                return next(call);
            }));
        await using MprpcClient client = host.CreateClient();

        int sum = await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.Equal(3, sum);
        Assert.Equal(["first", "server", "server delegate", "class", "service delegate", "method", "sum"], host.App.Services.GetRequiredService<Trace>().Notes);
    }

    [Theory]
    [InlineData(typeof(Plain))]
    [InlineData(typeof(Generated))]
    public async Task Filter_OnAContractsMethod_Runs(Type kind)
    {
        await using RpcHost host = kind == typeof(Plain) ? await StartAsync<Plain>() : await StartAsync<Generated>();
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("add", 1, 2).InTime();

        Assert.Equal(["contract"], host.App.Services.GetRequiredService<Trace>().Notes);
    }

    [Fact]
    public async Task SetArgument_Changed_ReachesTheMethod()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, next) =>
        {
            call.SetArgument(0, call.GetArgument<int>(0) * 10);
            return next(call);
        }));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(12, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task SetArgument_LeftOut_IsAdded()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, next) =>
        {
            Assert.Equal(1, call.ArgumentCount);
            call.SetArgument(1, "you");
            return next(call);
        }));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("hello you", await client.CallAsync<string>("greet", "hello").InTime());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public async Task GetArgument_OutOfRange_Throws(int index)
    {
        Exception? thrown = null;
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, next) =>
        {
            thrown = Record.Exception(() => call.GetArgument<int>(index));
            return next(call);
        }));
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("sum", 1, 2).InTime();

        Assert.IsType<ArgumentOutOfRangeException>(thrown);
        Assert.Contains($"has no argument {index}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetArgument_OfAnotherType_TellsTheCaller()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, next) =>
        {
            call.GetArgument<int>(0);
            return next(call);
        }));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("sum", "x", 2).InTime());

        Assert.StartsWith("Param 1 ('x') of method 'sum' must be ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_Changed_ReachesTheCaller()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter(async (call, next) =>
        {
            Assert.Null(call.Result);       // the method has not run yet
            await next(call);
            call.Result = (int)call.Result! + 100;
        }));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(103, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(103, await client.CallAsync<int>("sum_later", 1, 2).InTime());
    }

    [Fact]
    public async Task Result_SetWithoutNext_TakesTheMethodsPlace()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, _) =>
        {
            call.Result = 7;
            return ValueTask.CompletedTask;
        }));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(7, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.DoesNotContain("sum", host.App.Services.GetRequiredService<Trace>().Notes);
    }

    [Theory]
    [InlineData("text")]
    [InlineData(null)]
    public async Task Result_OfAnotherType_IsAnError(object? result)
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, _) =>
        {
            call.Result = result;
            return ValueTask.CompletedTask;
        }));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal("Internal error.", error.Message);
        Assert.Contains("The method's result is a System.Int32", (await host.Log.WaitForAsync(13)).Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_NeitherNextNorResult_IsAnError()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((_, _) => ValueTask.CompletedTask));
        await using MprpcClient client = host.CreateClient();

        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("sum", 1, 2).InTime());
        await client.CallAsync("nothing").InTime();     // a method without a result may be left out

        Assert.Contains("ended the call without a result", (await host.Log.WaitForAsync(13)).Exception!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail_later")]
    public async Task Filter_MethodThrows_SeesAndReplacesTheException(string method)
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter(async (call, next) =>
        {
            try
            {
                await next(call);
            }
            catch (InvalidOperationException exception)
            {
                throw new MprpcException($"Replaced: {exception.Message}", "replaced");
            }
        }));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>(method).InTime());

        Assert.Equal("Replaced: inside", error.Message);
    }

    [Fact]
    public async Task Filter_Throws_IsAnswered()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((_, _) => throw new InvalidOperationException("secret")));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Equal("Internal error.", error.Message);
    }

    [Fact]
    public async Task Filter_WrongArguments_RunsAndTheCallerIsTold()
    {
        int calls = 0;
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter((call, next) =>
        {
            calls++;
            return next(call);
        }));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 01 a373756d 91 01");        // one param
        MessagePattern.AssertMatches("94 01 01 ERROR c0", await peer.ReadMessageAsync());
        await peer.SendAsync("94 00 02 a373756d 92 01 c3");     // a bool
        MessagePattern.AssertMatches("94 01 02 ERROR c0", await peer.ReadMessageAsync());
        await peer.SendAsync("94 00 03 a373756d 80");           // a map
        MessagePattern.AssertMatches("94 01 03 ERROR c0", await peer.ReadMessageAsync());
        await peer.SendAsync("94 00 04 SUM");
        MessagePattern.AssertMatches("94 01 04 c0 03", await peer.ReadMessageAsync());

        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task Filter_Notification_Runs()
    {
        await using RpcHost host = await StartAsync<Filtered>(server => server.AddFilter<ServerFilter>());
        await using MprpcClient client = host.CreateClient();

        await client.NotifyAsync("sum", 1, 2).InTime();

        Trace trace = host.App.Services.GetRequiredService<Trace>();
        await Bounded.Until(() => trace.Notes.LastOrDefault() == "sum", "the method to run");
        Assert.Contains("server", trace.Notes);
    }

    [Fact]
    public async Task Filter_Waits_OtherCallsGoOn()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await StartAsync<Filtered>(service: service => service.AddFilter(async (call, next) =>
        {
            if (call.Context.Method == "sum_later")
            {
                await gate.Task;
            }

            await next(call);
        }));
        await using MprpcClient client = host.CreateClient();

        Task<int> held = client.CallAsync<int>("sum_later", 1, 2).InTime();
        int other = await client.CallAsync<int>("sum", 3, 4).InTime();
        gate.SetResult();

        Assert.Equal(7, other);
        Assert.Equal(3, await held);
    }

    [Fact]
    public async Task FilterWithServices_RegisteredScoped_SharesTheCallsScope()
    {
        await using RpcHost host = await StartAsync<UsesScope>(
            server =>
            {
                server.Services.AddScoped<PerCall>().AddScoped<ScopeFilter>();
                server.AddFilter<ScopeFilter>();
            });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("from the filter", await client.CallAsync<string>("said").InTime());
    }

    private static void Note(MprpcInvocation call, string note) => call.Context.Services.GetRequiredService<Trace>().Add(note);

    private static Task<RpcHost> StartAsync<T>(Action<IMprpcServerBuilder>? server = null, Action<IMprpcServiceConventionBuilder>? service = null)
        where T : class
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.TryAddSingleton<Trace>();
                IMprpcServerBuilder mprpc = builder.Services.AddMprpc();
                server?.Invoke(mprpc);
            },
            app =>
            {
                IMprpcServiceConventionBuilder conventions = app.MapMprpcService<T>(0);
                service?.Invoke(conventions);
            });

    private sealed class ServerFilter(Trace trace) : IMprpcFilter
    {
        public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            trace.Add("server");
            return next(call);
        }
    }

    private sealed class ScopeFilter(PerCall perCall) : IMprpcFilter
    {
        public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            perCall.Said = "from the filter";
            return next(call);
        }
    }

    private sealed class PerCall
    {
        public string? Said { get; set; }
    }

    private sealed class UsesScope(PerCall perCall)
    {
        public string? Said() => perCall.Said;
    }

    private sealed class NoteAttribute(string note) : MprpcFilterAttribute
    {
        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            Note(call, note);
            return next(call);
        }
    }

    [Note("class")]
    private sealed class Filtered(Trace trace)
    {
        [Note("method")]
        [Note("first", Order = -1)]
        public int Sum(int x, int y)
        {
            trace.Add("sum");
            return x + y;
        }

        public async Task<int> SumLaterAsync(int x, int y)
        {
            await Task.Yield();
            return x + y;
        }

        public string Greet(string greeting, string name = "nobody") => $"{greeting} {name}";

        public void Nothing()
        {
        }

        public int Fail() => throw new InvalidOperationException("inside");

        public async Task<int> FailLaterAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException("inside");
        }
    }

    /// <summary>Private, so that no generator reaches it.</summary>
    [MprpcService]
    private interface IPlain
    {
        [Note("contract")]
        int Add(int x, int y);
    }

    private sealed class Plain : IPlain
    {
        int IPlain.Add(int x, int y) => x + y;
    }

    [MprpcService]
    internal interface IGenerated
    {
        [Note("contract")]
        int Add(int x, int y);
    }

    internal sealed class Generated : IGenerated
    {
        int IGenerated.Add(int x, int y) => x + y;
    }
}
