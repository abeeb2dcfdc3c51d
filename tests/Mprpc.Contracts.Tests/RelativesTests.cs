using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using MessagePack;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>The kinds of <see cref="KindTests"/>, in types and places that a first fix may leave out.</summary>
public sealed class RelativesTests(RelativesTests.Host host) : IClassFixture<RelativesTests.Host>
{
    private const string Half = "a\ud800b";

    private IRelatives Client => host.Value.Client;

    private MprpcClient Untyped => host.Value.Untyped;

    [Fact]
    public async Task Text_WithHalfACharacter_IsRefusedInEveryPlaceBeforeItIsSent()
    {
        Func<Task>[] calls =
        [
            () => Client.TextAsync(Half), () => Client.TextAsync(Half + new string('x', 300)), () => Client.TextsAsync([Half]), () => Client.ArrayAsync([Half]),
            () => Client.MapAsync(new() { [Half] = "" }), () => Client.MapAsync(new() { [""] = Half }), () => Client.PairAsync((Half, "")),
            () => Client.BuilderAsync(new StringBuilder(Half)),
            () => Client.JsonAsync(JsonValue.Create(Half)), () => Client.JsonAsync(new JsonObject { [Half] = 1 }),
            () => Client.JsonAsync(JsonNode.Parse("\"\\ud800\"")),
            () => Client.AnyAsync(Half), () => Client.AnyAsync(new List<object> { Half }), () => Client.AnyAsync(new Node { Name = Half }),
            () => Untyped.CallAsync<object?>("relatives.any", Half).AsTask(), () => Untyped.CallAsync<object?>(
                "relatives.any", (object)new[] { Half }).AsTask(),
            () => Untyped.CallAsync<object?>("relatives." + Half).AsTask(), () => Task.FromResult(MprpcRaw.From(Half)),
            () => Task.FromResult(MprpcRaw.From(new[] { Half, "\udc00" })),
        ];

        foreach (Func<Task> call in calls)
        {
            var failure = await Assert.ThrowsAnyAsync<MessagePackSerializationException>(async () => await call().InTime());

            Assert.Contains("surrogate", failure.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal("\ud83d\ude00\u00fc", await Client.TextAsync("\ud83d\ude00\u00fc").InTime());
        Assert.Equal(["\ud83d\ude00"], await Client.TextsAsync(["\ud83d\ude00"]).InTime());
    }

    [Fact]
    public async Task Answer_WithHalfACharacter_EndsItsCall()
    {
        var result = await Assert.ThrowsAsync<MprpcRemoteException>(() => Client.HalfTextAsync().InTime());
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => Client.HalfErrorAsync().InTime());

        Assert.DoesNotContain("\ufffd", result.RawMessage, StringComparison.Ordinal);
        Assert.Contains("a\ufffdb", error.RawMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_WithHalfACharacterAmongOthers_LeavesTheirsWhole()
    {
        // Many at once: answers are written one behind another, and that which fails is cut off.
        string longer = new('\u00fc', 400);
        List<Task<string>> whole = [];
        List<Task<string>> half = [];

        for (int i = 0; i < 200; i++)
        {
            whole.Add(Client.TextAsync(i % 2 == 0 ? $"text {i}" : longer));
            half.Add(Client.HalfTextAsync());
        }

        string[] texts = await Task.WhenAll(whole).InTime();

        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? $"text {i}" : longer), texts);

        foreach (Task<string> call in half)
        {
            await Assert.ThrowsAsync<MprpcRemoteException>(() => call.InTime());
        }
    }

    [Fact]
    public void Type_ThatShowsNothingOfWhatItHolds_IsRefusedAndOneThatHoldsNothingIsNot()
    {
        var opaque = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(new Opaque(5)));
        var inside = Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(new Inside { Value = 5 }));
        MprpcRaw marker = MprpcRaw.From(new Marker());

        Assert.Contains("arrive empty", opaque.Message, StringComparison.Ordinal);
        Assert.Contains("arrive empty", inside.Message, StringComparison.Ordinal);
        Assert.Equal("80", Convert.ToHexString(marker.Memory.Span));
    }

    [Fact]
    public async Task Members_OfImmutableCollections_Arrive()
    {
        var sent = new Frozen { List = [1, 2], Map = ImmutableDictionary<string, int>.Empty.Add("a", 1) };

        Frozen arrived = await Client.FrozenAsync(sent).InTime();
        Dictionary<object, object> wire = await Untyped.CallAsync<Dictionary<object, object>>("relatives.frozen", sent).InTime();

        Assert.Equal([1, 2], arrived.List);
        Assert.Equal(1, arrived.Map["a"]);
        Assert.DoesNotContain("Fixed", wire.Keys);
    }

    [Fact]
    public async Task Type_WhoseArgumentsGrow_Works()
    {
        Growing<int> arrived = await Client.GrowingAsync(new() { Value = 1, Next = new() { Value = [2], Next = new() { Value = [[3]] } } }).InTime();
        Dictionary<GrowingKey<int>, int> keys = await Client.GrowingKeysAsync(new() { [new(1, new([2], null))] = 5 }).InTime();

        Assert.Equal(3, arrived.Next!.Next!.Value![0][0]);
        Assert.Equal(5, Assert.Single(keys).Value);
    }

    [Fact]
    public async Task Json_ThatNestsTooDeeply_IsRefusedWithTypeAndDepth()
    {
        JsonArray json = [];

        for (int i = 0; i < 1100; i++)
        {
            json = [json];
        }

        foreach (Func<Task> call
            in new Func<Task>[] { () => Client.JsonAsync(json), () => Client.AnyAsync(json), () => Task.FromResult(MprpcRaw.From<object>(json)) })
        {
            var failure = await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await call().InTime());

            Assert.Contains("JsonArray", failure.Message, StringComparison.Ordinal);
            Assert.Contains("levels", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Numbers_SentAsFloats_ArriveInOddPlacesToo()
    {
        ImmutableList<Rune> runes = await Untyped.CallAsync<ImmutableList<Rune>>("relatives.runes", new[] { 65d, 128512d }).InTime();
        OrderedDictionary<long, int> ordered = await Untyped.CallAsync<OrderedDictionary<long, int>>(
            "relatives.ordered", new Dictionary<double, double> { [2] = 1, [1] = 2 }).InTime();
        int sum = await Untyped.CallAsync<int>("relatives.sum", 1d, 2f, 3d).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<MprpcRaw>("relatives.runes", new[] { 0xd800 }).InTime());

        Assert.Equal([new Rune('A'), new Rune(128512)], runes);
        Assert.Equal([2L, 1L], ordered.Keys);
        Assert.Equal(6, sum);
    }

    [Fact]
    public async Task Params_BehindAToken_TakeTheRest()
    {
        int typed = await Client.SumAsync(1, CancellationToken.None, 2, 3).InTime();
        int untyped = await Untyped.CallAsync<int>("relatives.sum", 1).InTime();

        Assert.Equal((6, 1), (typed, untyped));
    }

    public sealed class Host : IAsyncLifetime
    {
        internal ContractHost<IRelatives> Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await ContractHost<IRelatives>.StartAsync<Relatives>();

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }
}
