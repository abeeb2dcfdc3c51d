namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>The notifications of one connection begin in the order in which they came, whatever runs them.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class NotificationOrderTests
{
    private const int Notifications = 2_000;

    [Theory]
    [InlineData("cheap", false)]
    [InlineData("cheap", true)]
    [InlineData("blocking", false)]
    [InlineData("blocking", true)]
    [InlineData("awaiting", true)]
    [InlineData("mixed", false)]
    [InlineData("mixed", true)]
    public async Task Notifications_OfOneConnection_BeginInTheirOrder(string kind, bool isBusy)
    {
        var service = new Notes();
        await using RpcHost host = await RpcHost.StartAsync<Notes>(services: services => services.AddSingleton(service));
        await using RawPeer peer = await host.DialAsync();
        using BusyProcessors? busy = isBusy ? new BusyProcessors() : null;
        var random = new Random(1);

        for (int sent = 0; sent < Notifications;)
        {
            int count = Math.Min(random.Next(1, 60), Notifications - sent);
            byte[] segment = [.. Enumerable.Range(sent, count).SelectMany(number => Notification(kind, number))];
            await peer.SendAsync(segment);
            sent += count;
            await Task.Yield();
        }

        await Bounded.Until(() => service.Count == Notifications, $"all notifications to begin; {service.Count} have");
        int[] begun = service.Begun();

        int firstWrong = Enumerable.Range(0, Notifications).FirstOrDefault(i => begun[i] != i, -1);
        Assert.True(
            firstWrong < 0,
            $"At place {firstWrong} number {(firstWrong < 0 ? 0 : begun[firstWrong])} began; "
            + $"{Enumerable.Range(0, Notifications).Count(i => begun[i] != i):N0} of {Notifications:N0} are out of their order.");
    }

    // [2, "cheap", [number]]
    private static byte[] Notification(string kind, int number)
    {
        string method = kind != "mixed" ? kind : (number % 3) switch { 0 => "cheap", 1 => "blocking", _ => "awaiting" };
        byte[] name = [.. method.Select(letter => (byte)letter)];
        return [0x93, 0x02, (byte)(0xa0 | name.Length), .. name, 0x91, 0xcd, (byte)(number >> 8), (byte)number];
    }

    public sealed class Notes
    {
        private readonly List<int> _begun = [];

        public int Count
        {
            get
            {
                lock (_begun)
                {
                    return _begun.Count;
                }
            }
        }

        public int[] Begun()
        {
            lock (_begun)
            {
                return [.. _begun];
            }
        }

        public void Cheap(int number) => Begin(number);

        /// <summary>Holds its thread long enough, now and then, to be taken for a method that blocks.</summary>
        public void Blocking(int number)
        {
            Begin(number);

            if (number % 100 is 1 or 2 or 3)
            {
                using var never = new ManualResetEventSlim();
                never.Wait(30);
            }
        }

        public async Task AwaitingAsync(int number)
        {
            Begin(number);
            await Task.Yield();
        }

        private void Begin(int number)
        {
            lock (_begun)
            {
                _begun.Add(number);
            }
        }
    }
}
