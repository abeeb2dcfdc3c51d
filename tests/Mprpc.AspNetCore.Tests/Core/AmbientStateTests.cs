using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>What a call leaves on its thread is no other call's.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class AmbientStateTests
{
    [Fact]
    public async Task Method_ThatSetsASynchronizationContext_IsNotSeenByTheNextOfTheBatch()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ambient>(services: services => services.AddSingleton<Ambient>());
        await using RawPeer peer = await host.DialAsync();

        // [0, 1, "set", []], [0, 2, "is_set", []] twenty times, in one segment.
        await peer.SendAsync(Hex.Repeat("940001a373657490 940002a669735f73657490", 20));
        List<string> answers = await peer.ReadMessagesAsync(40);

        Assert.Equal(20, answers.Count(answer => answer == "940101c0c0"));
        Assert.DoesNotContain("940102c0c3", answers);
    }

    [Fact]
    public async Task Continuation_ThatSetsASynchronizationContext_IsNotSeenByTheNextOfTheBatch()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ambient>(services: services => services.AddSingleton<Ambient>());
        await using MprpcClient client = host.CreateClient();
        int seen = 0;

        for (int round = 0; round < 100; round++)
        {
            var ended = new CountdownEvent(16);

            for (int i = 0; i < 8; i++)
            {
                Continue(client.CallAsync("nothing"), () =>
                {
                    SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                    ended.Signal();
                });
                Continue(client.CallAsync("nothing"), () =>
                {
                    Interlocked.Add(ref seen, SynchronizationContext.Current is null ? 0 : 1);
                    SynchronizationContext.SetSynchronizationContext(null);
                    ended.Signal();
                });
            }

            Assert.True(ended.Wait(Bounded.Time), "Not all calls were answered.");
        }

        Assert.Equal(0, seen);
    }

    [Fact]
    public async Task Timeout_OfTheFirstCall_DoesNotKeepItsCallersExecutionContext()
    {
        await using RpcHost host = await RpcHost.StartAsync<Ambient>(services: services => services.AddSingleton<Ambient>());
        await using MprpcClient client = host.CreateClient();
        await client.CallAsync("nothing").InTime();

        WeakReference kept = await CallWithAmbientAsync(client);

        await Bounded.Until(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return !kept.IsAlive;
            },
            "the end of what the first caller had in its execution context");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<WeakReference> CallWithAmbientAsync(MprpcClient client)
    {
        WeakReference kept = null!;
        Task call = Task.Run(async () =>
        {
            var local = new AsyncLocal<object?>();
            object value = new byte[1_000];
            kept = new WeakReference(value);
            local.Value = value;
            await client.CallAsync("nothing", new MprpcCallOptions { Timeout = TimeSpan.FromHours(1) });
            local.Value = null;
        });
        return AwaitAsync();

        async Task<WeakReference> AwaitAsync()
        {
            await call.InTime();
            return kept;
        }
    }

    [SuppressMessage("Reliability", "CA2012", Justification = "The raw continuation is what is tested.")]
    private static void Continue(ValueTask call, Action continuation)
    {
        ValueTaskAwaiter awaiter = call.GetAwaiter();

        // Without the execution context, as a builder of state machines does that restores it itself.
        Inline.Register(() => awaiter.UnsafeOnCompleted(() =>
        {
            awaiter.GetResult();
            continuation();
        }));
    }

    public sealed class Ambient
    {
        public void Set() => SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());

        public bool IsSet() => SynchronizationContext.Current is not null;

        public void Nothing()
        {
        }
    }
}
