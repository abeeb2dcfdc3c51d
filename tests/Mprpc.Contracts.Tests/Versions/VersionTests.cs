namespace Mprpc.Contracts.Tests.Versions;

/// <summary>
/// What may change in a contract while others use it: docs/contracts.md, "Versions". An old client calls a new server, and a new client an old one.
/// </summary>
public sealed class VersionTests
{
    [Fact]
    public async Task OptionalParameterAtTheEnd_Added_OldClientCallsNewServer()
    {
        await using Versions versions = await Versions.StartAsync();

        Assert.Equal("5 en", await versions.OldClient.FindAsync(5).InTime());
    }

    [Fact]
    public async Task OptionalParameterAtTheEnd_Added_OldServerRefusesNewClient()
    {
        await using Versions versions = await Versions.StartAsync();

        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => versions.NewClient.FindAsync(5).InTime());

        Assert.Contains("takes 1 param; request", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ParameterWidenedAndRenamed_OldClient_CallsNewServer()
    {
        await using Versions versions = await Versions.StartAsync();

        Assert.Equal("-2147483648 en", await versions.OldClient.FindAsync(int.MinValue).InTime());
    }

    [Fact]
    public async Task Method_Added_OldServerSaysThatItHasNone()
    {
        await using Versions versions = await Versions.StartAsync();

        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(() => versions.NewClient.AddedAsync().InTime());
        int count = await versions.NewClient.NumberAsync(3).InTime();

        Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task MembersOfAMap_AddedRemovedAndMoved_AreLeftOutOrKeepTheirInitialValues()
    {
        await using Versions versions = await Versions.StartAsync();

        Old.Box old = await versions.OldClient.BoxAsync(new Old.Box { Content = "a", Weight = 1 }).InTime();
        New.Box @new = await versions.NewClient.BoxAsync(new New.Box { Content = "a", Color = "blue" }).InTime();

        Assert.Equal(new Old.Box { Content = "a", Weight = 7 }, old);
        Assert.Equal(new New.Box { Content = "a", Color = "red" }, @new);
    }

    [Fact]
    public async Task MembersOfAnArray_AddedAtTheEnd_AreLeftOutOrKeepTheirInitialValues()
    {
        await using Versions versions = await Versions.StartAsync();

        Old.Line old = await versions.OldClient.LineAsync(new Old.Line { Text = "a", Price = 1 }).InTime();
        New.Line @new = await versions.NewClient.LineAsync(new New.Line { Text = "a", Price = 1, Color = "blue" }).InTime();

        Assert.Equal(new Old.Line { Text = "a", Price = 1 }, old);
        Assert.Equal(new New.Line { Text = "a", Price = 1, Color = "red" }, @new);
    }

    [Fact]
    public async Task MemberOfAnArray_Removed_LeavesNilWhichAPlainNumberRefuses()
    {
        await using Versions versions = await Versions.StartAsync();

        var refused = await Assert.ThrowsAsync<MprpcRemoteException>(
            () => versions.NewClient.ShortenedAsync(new New.Shortened { Text = "a", Color = "blue" }).InTime());

        Assert.Contains("must be an object", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnumValue_Added_IsANumberToOldPeers()
    {
        await using Versions versions = await Versions.StartAsync();

        New.Size size = await versions.NewClient.SizeAsync(New.Size.ExtraLarge).InTime();

        Assert.Equal(New.Size.ExtraLarge, size);
    }

    [Fact]
    public async Task Result_AddedToAMethodWithoutOne_EitherClientGoesOn()
    {
        await using Versions versions = await Versions.StartAsync();

        await versions.OldClient.StoreAsync("abc").InTime();
        var refused = await Record.ExceptionAsync(() => versions.NewClient.StoreAsync("abc").InTime());

        Assert.NotNull(refused);        // nil is no int: servers first
    }

    [Fact]
    public async Task Method_RenamedInCSharpWidenedAndWithAValueTask_IsTheSameOnTheWire()
    {
        await using Versions versions = await Versions.StartAsync();

        Assert.Equal(3, await versions.OldClient.CountAsync(3).InTime());
        Assert.Equal(3, await versions.NewClient.NumberAsync(3).InTime());
    }

    [Fact]
    public async Task Parameter_MadeNullable_TakesWhatOldClientsSend()
    {
        await using Versions versions = await Versions.StartAsync();

        Assert.Equal("a", await versions.OldClient.NameAsync("a").InTime());
        Assert.Equal("a", await versions.NewClient.NameAsync("a").InTime());
    }

    private sealed class Versions : IAsyncDisposable
    {
        private readonly ContractHost<Old.IShop> _old;
        private readonly ContractHost<New.IShop> _new;
        private readonly ServiceProvider _oldClient;
        private readonly ServiceProvider _newClient;

        private Versions(ContractHost<Old.IShop> old, ContractHost<New.IShop> @new)
        {
            _old = old;
            _new = @new;
            _oldClient = Clients.Of<Old.IShop>($"tcp://{@new.Address}");
            _newClient = Clients.Of<New.IShop>($"tcp://{old.Address}");
        }

        /// <summary>Calls the new server.</summary>
        public Old.IShop OldClient => _oldClient.GetRequiredService<Old.IShop>();

        /// <summary>Calls the old server.</summary>
        public New.IShop NewClient => _newClient.GetRequiredService<New.IShop>();

        public static async Task<Versions> StartAsync()
            => new(await ContractHost<Old.IShop>.StartAsync<Old.Shop>(), await ContractHost<New.IShop>.StartAsync<New.Shop>());

        public async ValueTask DisposeAsync()
        {
            await _oldClient.DisposeAsync();
            await _newClient.DisposeAsync();
            await _old.DisposeAsync();
            await _new.DisposeAsync();
        }
    }
}
