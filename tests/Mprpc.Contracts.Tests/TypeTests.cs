using System.Buffers;

namespace Mprpc.Contracts.Tests;

/// <summary>The interface, the class, MapMprpcService and AddMprpcClient, over a real socket, with every type that a contract may have.</summary>
public sealed class TypeTests(TypeTests.Host host) : IClassFixture<TypeTests.Host>
{
    public static TheoryData<string> Calls => [.. TypeCalls.All.Select(call => call.Name)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Call_OfType_GetsTheSameBack(string name)
    {
        TypeCall call = TypeCalls.All.Single(call => call.Name == name);

        await call.CallAsync(host.Client).InTime();
    }

    [Fact]
    public async Task Note_OnAConnection_ArrivesBeforeTheNextCall()
    {
        await using var own = await ContractHost<ITypes>.StartAsync<Types>();

        await own.Client.NothingAsync().InTime();      // connected: while it connects, a client promises no order
        own.Client.Note("noted");
        string? note = await own.Client.LastNoteAsync().InTime();

        Assert.Equal("noted", note);
    }

    public sealed class Host : IAsyncLifetime
    {
        private ContractHost<ITypes>? _host;

        public ITypes Client => _host!.Client;

        public async ValueTask InitializeAsync() => _host = await ContractHost<ITypes>.StartAsync<Types>();

        public ValueTask DisposeAsync() => _host!.DisposeAsync();
    }
}
