namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>What the application does when a connection is closed is the application's time, not the peer's.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class ClosedCallbackTests
{
    // The peer sees the end at once; no machine is busy for so long.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("fin")]
    [InlineData("violation")]
    [InlineData("abort")]
    public async Task Closed_CallbackThatBlocks_DoesNotKeepTheSocketOpen(string end)
    {
        using var service = new Watching();
        await using RpcHost host = await RpcHost.StartAsync<Watching>(services: services => services.AddSingleton(service));
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync("94 00 01 a57761746368 90");      // [0, 1, "watch", []]
        await peer.ReadMessageAsync();

        try
        {
            switch (end)
            {
                case "fin":
                    peer.FinishSending();
                    break;
                case "violation":
                    await peer.SendAsync("c1");
                    break;
                default:
                    // On a thread of its own: the callback may run where Abort is called.
                    new Thread(service.Connection!.Abort) { IsBackground = true }.Start();
                    break;
            }

            Task<string> ended = peer.ReadToAnyEndAsync();
            await Task.WhenAny(ended, Task.Delay(Bound));

            Assert.True(
                ended.IsCompleted,
                $"The peer has not seen the connection's end within {Bound.TotalSeconds} s; "
                + $"the callback on Closed {(service.HasBegun ? "blocks" : "has not begun")}.");
            await Bounded.Until(() => service.HasBegun, "the callback on Closed");
        }
        finally
        {
            service.Release();
        }
    }

    public sealed class Watching : IDisposable
    {
        private readonly ManualResetEventSlim _released = new();
        private bool _hasBegun;

        public MprpcConnection? Connection { get; private set; }

        public bool HasBegun => Volatile.Read(ref _hasBegun);

        public void Release() => _released.Set();

        public void Watch(MprpcCallContext context)
        {
            ArgumentNullException.ThrowIfNull(context);
            Connection = context.Connection;
            Connection.Closed.Register(() =>
            {
                Volatile.Write(ref _hasBegun, true);
                _released.Wait(Bounded.Time * 2);
            });
        }

        public void Dispose() => _released.Dispose();
    }
}
