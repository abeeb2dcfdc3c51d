using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>
/// What is sent arrives as it was, or is refused out loud: one test or more for each kind of value that comparable libraries lose, repair, or die of.
/// </summary>
public sealed class KindTests(KindTests.Host host) : IClassFixture<KindTests.Host>
{
    private IKinds Client => host.Value.Client;

    private MprpcClient Untyped => host.Value.Untyped;

    [Theory]
    [InlineData("kinds.cycle", "Node")]
    [InlineData("kinds.branch_cycle", "Branch")]
    [InlineData("kinds.map_cycle", "object>")]
    public async Task Result_ThatContainsItself_IsAnErrorThatNamesTypeAndDepth(string method, string type)
    {
        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<object?>(method).InTime());
        int next = await Client.IntAsync(5).InTime();

        Assert.Contains(type, failure.Message, StringComparison.Ordinal);
        Assert.Contains("levels", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, next);
    }

    [Fact]
    public async Task Result_VeryDeep_IsAnErrorAndTheConnectionLives()
    {
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Client.DeepAsync(1_000_000).InTime());
        int next = await Client.IntAsync(5).InTime();

        Assert.Equal(5, next);
    }

    [Fact]
    public async Task Argument_ThatContainsItself_ThrowsBeforeAnythingIsSent()
    {
        var node = new Node { Name = "a" };
        node.Next = node;
        var list = new List<object?>();
        list.Add(new Dictionary<string, object?> { ["list"] = list });

        await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await Client.NodeAsync(node).InTime());
        await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await Client.AnyAsync(list).InTime());
        await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await Untyped.CallAsync<object?>("kinds.any", list).InTime());
        await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await Untyped.CallAsync<object?>("kinds.node", node).InTime());
        Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(node));
        Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From<object>(list));
        Assert.Equal(5, await Client.IntAsync(5).InTime());
    }

    [Fact]
    public void Value_ThatContainsItself_ThrowsWithAResolverOfTheUsers()
    {
        var options = new MprpcSerializerOptions(MessagePack.Resolvers.ContractlessStandardResolver.Instance);
        var node = new Node();
        node.Next = node;
        var list = new List<object?>();
        list.Add(list);

        Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From(node, options));
        Assert.Throws<MessagePackSerializationException>(() => MprpcRaw.From<object>(list, options));
    }

    [Fact]
    public async Task Value_OfATypeNestedInAGenericOne_WorksAndItsErrorsName()
    {
        Outer<int>.Inner inner = await Client.InnerAsync(new Outer<int>.Inner(5)).InTime();
        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<object?>("kinds.inner", "text").InTime());

        Assert.Equal(5, inner.Value);
        Assert.Contains("must be", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InitMembers_OfGenericTypesAndThoseDerivedFromThem_AreSet()
    {
        DerivedInit derived = await Client.DerivedInitAsync(new DerivedInit { Value = [1], Note = "n", Own = 2 }).InTime();
        InitOf<int> generic = await Client.InitOfAsync(new InitOf<int> { Value = 3, Note = "m" }).InTime();
        InitStruct<string> value = await Client.InitStructAsync(new InitStruct<string> { Value = "v", Count = 4 }).InTime();
        KeyedInit<int> keyed = await Client.KeyedInitAsync(new KeyedInit<int> { First = 5, Second = "s" }).InTime();
        Dictionary<object, object> fewer = await Untyped.CallAsync<Dictionary<object, object>>(
            "kinds.init_of", new Dictionary<string, int> { ["Value"] = 6 }).InTime();

        Assert.Equal([1], derived.Value!);
        Assert.Equal(("n", 2), (derived.Note, derived.Own));
        Assert.Equal((3, "m"), (generic.Value, generic.Note));
        Assert.Equal(new InitStruct<string> { Value = "v", Count = 4 }, value);
        Assert.Equal((5, "s"), (keyed.First, keyed.Second));
        Assert.Equal("default", fewer["Note"]);
    }

    [Fact]
    public async Task Collection_DerivedFromListOrDictionary_Arrives()
    {
        Tags tags = await Client.TagsAsync(["a", "b"]).InTime();
        Scores scores = await Client.ScoresAsync(new Scores { ["a"] = 1 }).InTime();

        Assert.Equal(["a", "b"], tags);
        Assert.Equal(1, scores["a"]);
    }

    [Theory]
    [InlineData("kinds.text", "A2C328", false)]
    [InlineData("kinds.set", "91A2C328", false)]
    [InlineData("kinds.pair", "92A161A2C328", false)]
    [InlineData("kinds.map", "81A2C328A161", false)]
    [InlineData("kinds.map", "81A161A2C328", false)]
    [InlineData("kinds.written", "81A454657874A2C328", false)]
    [InlineData("kinds.written", "81A55465787473" + "91A2C328", false)]
    [InlineData("kinds.written", "81A44C696E6B" + "A2C328", false)]
    [InlineData("kinds.bytes", "A2C328", true)]
    [InlineData("kinds.any", "A2C328", true)]
    [InlineData("kinds.any", "91A2C328", true)]
    public async Task Text_ThatIsNoUtf8_IsRefusedOrKeepsItsBytes(string method, string hex, bool isKept)
    {
        if (isKept)
        {
            MprpcRaw result = await Untyped.CallAsync<MprpcRaw>(method, Raw(hex)).InTime();

            Assert.EndsWith("C328", Convert.ToHexString(result.Memory.Span), StringComparison.Ordinal);
            return;
        }

        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<MprpcRaw>(method, Raw(hex)).InTime());
        Assert.ThrowsAny<Exception>(() => Read(method, hex));
    }

    [Theory]
    [InlineData("kinds.text", "C40161", "A161")]
    [InlineData("kinds.set", "91C40161", "91A161")]
    [InlineData("kinds.pair", "92C40161C40162", "92A161A162")]
    [InlineData("kinds.map", "81C40161C40162", "81A161A162")]
    public async Task Binary_WhereTextIsExpected_IsText(string method, string hex, string expected)
    {
        MprpcRaw result = await Untyped.CallAsync<MprpcRaw>(method, Raw(hex)).InTime();

        Assert.Equal(expected, Convert.ToHexString(result.Memory.Span));
        Assert.Equal(expected, Convert.ToHexString(Read(method, hex)));
    }

    [Fact]
    public async Task Binary_AsNamesAndMembers_IsText()
    {
        // {bin "Text": bin "a", bin "Texts": [bin "b"], bin "Named": {bin "c": bin "d"}, bin "Link": bin "http://x/", bin "Id": bin of 36 characters}
        string id = Convert.ToHexString("00112233-4455-6677-8899-aabbccddeeff"u8);
        string hex = "85C40454657874C40161" + "C4055465787473" + "91C40162" + "C4054E616D6564" + "81C40163C40164" + "C4044C696E6B" + "C409687474703A2F2F782F"
            + "C4024964" + "C424" + id;

        Written inPlace = await Untyped.CallAsync<Written>("kinds.written", Raw(hex)).InTime();
        Written bySerializer = MessagePackSerializer.Deserialize<Written>(Convert.FromHexString(hex), MprpcSerializerOptions.Default.MessagePack);

        Assert.All(new[] { inPlace, bySerializer }, written =>
        {
            Assert.Equal("a", written.Text);
            Assert.Equal(["b"], written.Texts!);
            Assert.Equal("d", written.Named!["c"]);
            Assert.Equal(new Uri("http://x/"), written.Link);
            Assert.Equal(new Guid("00112233-4455-6677-8899-aabbccddeeff"), written.Id);
        });
    }

    [Theory]
    [InlineData("kinds.int", "CB4014000000000000", "05")]                    // 5.0
    [InlineData("kinds.int", "CAC0A00000", "FB")]                            // -5.0 as float32
    [InlineData("kinds.long", "CB43E0000000000000", null)]                   // 2^63
    [InlineData("kinds.long", "CBC3E0000000000000", "D38000000000000000")]   // -2^63
    [InlineData("kinds.u_long", "CB43E0000000000000", "CF8000000000000000")]
    [InlineData("kinds.u_long", "CB43F0000000000000", null)]                 // 2^64
    [InlineData("kinds.u_long", "CBBFF0000000000000", null)]                 // -1.0
    [InlineData("kinds.int", "CB3FF8000000000000", null)]                    // 1.5
    [InlineData("kinds.int", "CB41E0000000000000", null)]                    // 2^31
    [InlineData("kinds.long", "CB7FF8000000000000", null)]                   // NaN
    [InlineData("kinds.long", "CB7FF0000000000000", null)]                   // infinity
    public async Task Integer_SentAsFloat_IsTakenWhereItIsWholeAndFits(string method, string hex, string? expected)
    {
        if (expected is null)
        {
            await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<MprpcRaw>(method, Raw(hex)).InTime());
            return;
        }

        MprpcRaw result = await Untyped.CallAsync<MprpcRaw>(method, Raw(hex)).InTime();

        Assert.Equal(expected, Convert.ToHexString(result.Memory.Span));
    }

    [Fact]
    public async Task Integers_SentAsFloatsInEveryPlace_Arrive()
    {
        var sent = new Dictionary<string, object>
        {
            ["Int"] = 1d, ["Long"] = 2d, ["ULong"] = 3d, ["Byte"] = 4d, ["Color"] = 1d, ["Maybe"] = 5d, ["Time"] = 6d, ["Date"] = 7d,
            ["Ints"] = new[] { 8d }, ["Longs"] = new[] { 9d }, ["Map"] = new Dictionary<double, double> { [10] = 11 },
        };
        byte[] bytes = MprpcRaw.From(sent).Memory.ToArray();

        Numbers inPlace = await Untyped.CallAsync<Numbers>("kinds.numbers", sent).InTime();
        Numbers bySerializer = MessagePackSerializer.Deserialize<Numbers>(bytes, MprpcSerializerOptions.Default.MessagePack);

        Assert.All(new[] { inPlace, bySerializer }, numbers =>
        {
            Assert.Equal((1, 2L, 3UL, (byte)4, Color.Green, (int?)5), (numbers.Int, numbers.Long, numbers.ULong, numbers.Byte, numbers.Color, numbers.Maybe));
            Assert.Equal((TimeSpan.FromTicks(6), DateOnly.FromDayNumber(7)), (numbers.Time, numbers.Date));
            Assert.Equal(8, Assert.Single(numbers.Ints));
            Assert.Equal(9, Assert.Single(numbers.Longs));
            Assert.Equal(11, numbers.Map[10]);
        });
        Assert.ThrowsAny<Exception>(() => MprpcRaw.From(1.5).Deserialize<int[]>());
        Assert.ThrowsAny<Exception>(() => MprpcRaw.From(new[] { 1.5 }).Deserialize<List<int>>());
        Assert.ThrowsAny<Exception>(() => MprpcRaw.From(300d).Deserialize<byte>());
    }

    [Fact]
    public async Task Json_OfEveryKind_CarriesItsValue()
    {
        const string Text = """{"a":1,"b":[true,null,"x",0.1,-9223372036854775808,18446744073709551615],"c":{}}""";
        using JsonDocument document = JsonDocument.Parse(Text);

        JsonElement element = await Client.JsonAsync(document.RootElement).InTime();
        JsonNode? node = await Client.JsonNodeAsync(JsonNode.Parse(Text)).InTime();
        object? any = await Client.AnyAsync(JsonNode.Parse("""{"a":5}""")).InTime();
        JsonElement untyped = await Untyped.CallAsync<JsonElement>("kinds.any", document.RootElement).InTime();

        Assert.Equal(Text, element.GetRawText());
        Assert.Equal(Text, node!.ToJsonString());
        Assert.Equal("a", Assert.Single((IDictionary<object, object>)any!).Key);
        Assert.Equal(Text, untyped.GetRawText());
        Assert.Null(await Client.JsonNodeAsync(null).InTime());
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<JsonElement>("kinds.json", new byte[] { 1 }).InTime());
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<JsonElement>("kinds.json", double.NaN).InTime());
    }

    [Fact]
    public async Task Members_ThatOtherCodeCannotSet_Arrive()
    {
        Closed closed = await Client.ClosedAsync(new Closed("n").Add(5)).InTime();
        Closed bySerializer = MprpcRaw.From(new Closed("n").Add(5)).Deserialize<Closed>();
        Closed fewer = await Untyped.CallAsync<Closed>("kinds.closed", new Dictionary<string, string> { ["Name"] = "m" }).InTime();
        Dictionary<object, object> wire = await Untyped.CallAsync<Dictionary<object, object>>("kinds.closed", new Closed("n")).InTime();

        Assert.All(new[] { closed, bySerializer }, value =>
        {
            Assert.Equal(("n", 7), (value.Name, value.Count));
            Assert.Equal([5], value.Items);
            Assert.Equal(5, value.Map["a"]);
            Assert.Equal("b", Assert.Single(value.Behind));
        });
        Assert.Equal("m", fewer.Name);
        Assert.Equal([9], fewer.Items);
        Assert.DoesNotContain("Computed", wire.Keys);
    }

    [Fact]
    public async Task UntypedValue_OfAHiddenClassOrAQuery_IsSent()
    {
        object? hidden = await Untyped.CallAsync<object?>("kinds.any", new Hidden { Value = 5 }).InTime();
        object? anonymous = await Untyped.CallAsync<object?>("kinds.any", new { Value = 6 }).InTime();
        int[] query = await Untyped.CallAsync<int[]>("kinds.any", Enumerable.Range(1, 3).Where(i => i != 2)).InTime();
        object? inObject = await Client.AnyAsync(Enumerable.Range(1, 3).Select(i => i * 2)).InTime();
        int[] iterator = await Untyped.CallAsync<int[]>("kinds.any", Iterate()).InTime();

        Assert.Equal(5, Convert.ToInt32(((IDictionary<object, object>)hidden!)["Value"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(6, Convert.ToInt32(((IDictionary<object, object>)anonymous!)["Value"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(new[] { 1, 3 }, query);
        Assert.Equal(3, ((object[])inObject!).Length);
        Assert.Equal(new[] { 7, 8 }, iterator);
    }

    [Fact]
    public async Task UntypedValue_OfATypeThatCannotBeSent_SaysWhichAndWhy()
    {
        var failure = await Assert.ThrowsAsync<MessagePackSerializationException>(
            async () => await Untyped.CallAsync<object?>("kinds.any", (Action)(() => { })).InTime());
        var color = await Assert.ThrowsAsync<MessagePackSerializationException>(
            async () => await Untyped.CallAsync<object?>("kinds.any", System.Drawing.Color.Red).InTime());

        Assert.Contains("Action", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Action", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Color", color.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("81C001")]             // {nil: 1}
    [InlineData("81C4016101")]         // {bin: 1}
    [InlineData("81D40701" + "01")]    // {ext: 1}
    [InlineData("819001")]             // {[]: 1}
    [InlineData("818001")]             // {{}: 1}
    [InlineData("81A2C32801")]         // {no UTF-8: 1}
    [InlineData("82A16101A16102")]     // {"a": 1, "a": 2}
    public async Task Object_ThatHoldsAMapDotNetHasNoDictionaryFor_KeepsItsBytes(string hex)
    {
        object? alone = await Client.AnyAsync(Raw(hex)).InTime();
        MprpcRaw inArray = await Untyped.CallAsync<MprpcRaw>("kinds.any", Raw("92" + hex + "05")).InTime();

        Assert.Equal(hex, Convert.ToHexString(Assert.IsType<MprpcRaw>(alone).Memory.Span));
        Assert.Equal("92" + hex + "05", Convert.ToHexString(inArray.Memory.Span));
    }

    [Fact]
    public async Task EmptyArrayAndMap_InPlaceOfEachOther_AreTaken()
    {
        Dictionary<string, string> map = await Untyped.CallAsync<Dictionary<string, string>>("kinds.map", Raw("90")).InTime();
        HashSet<string> set = await Untyped.CallAsync<HashSet<string>>("kinds.set", Raw("80")).InTime();
        IReadOnlyList<int> list = await Untyped.CallAsync<IReadOnlyList<int>>("kinds.ints", Raw("80")).InTime();
        Written written = await Untyped.CallAsync<Written>("kinds.written", Raw("90")).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<MprpcRaw>("kinds.map", Raw("9101")).InTime());

        Assert.Empty(map);
        Assert.Empty(set);
        Assert.Empty(list);
        Assert.Null(written.Text);
        Assert.Empty(new MprpcRaw(new byte[] { 0x90 }).Deserialize<Dictionary<string, string>>());
        Assert.Empty(new MprpcRaw(new byte[] { 0x80 }).Deserialize<List<string>>());
        Assert.Null(new MprpcRaw(new byte[] { 0x90 }).Deserialize<Written>().Text);
    }

    [Fact]
    public async Task JavaScriptExtensions_UndefinedAndTypedArrays_AreWhatTheyMean()
    {
        const string Undefined = "D40000";

        int? maybe = await Untyped.CallAsync<int?>("kinds.maybe", Raw(Undefined)).InTime();
        string? text = await Untyped.CallAsync<string?>("kinds.text", Raw(Undefined)).InTime();
        // Msgpack-lite: Float64Array of 1.5.
        double[] doubles = await Untyped.CallAsync<double[]>("kinds.doubles", Raw("D718" + "000000000000F83F")).InTime();
        // Msgpackr: Int32Array of -2.
        IReadOnlyList<int> ints = await Untyped.CallAsync<IReadOnlyList<int>>("kinds.ints", Raw("C70574" + "05FEFFFFFF")).InTime();
        byte[]? bytes = await Untyped.CallAsync<byte[]>("kinds.bytes", Raw("D51201FF")).InTime();       // msgpack-lite: Uint8Array
        MprpcRaw other = await Untyped.CallAsync<MprpcRaw>("kinds.any", Raw("D51201FF")).InTime();
        await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<MprpcRaw>("kinds.int", Raw(Undefined)).InTime());

        Assert.Null(maybe);
        Assert.Null(text);
        Assert.Equal(new[] { 1.5 }, doubles);
        Assert.Equal([-2], ints);
        Assert.Equal(new byte[] { 1, 255 }, bytes!);
        Assert.Equal("D51201FF", Convert.ToHexString(other.Memory.Span));
        Assert.Equal([1.5], Raw("D718" + "000000000000F83F").Deserialize<List<double>>());
    }

    [Fact]
    public async Task Params_OfAnyNumber_TakeTheRest()
    {
        int none = await Untyped.CallAsync<int>("kinds.count").InTime();
        int three = await Untyped.CallAsync<int>("kinds.count", 1, "a", null).InTime();
        int array = await Untyped.CallAsync<int>("kinds.count", (object)new object[] { 1, 2 }).InTime();
        int typed = await Client.CountAsync(1, "a", null, 4.5).InTime();
        string joined = await Client.JoinAsync("-", "a", "b", "c").InTime();
        string asOne = await Untyped.CallAsync<string>("kinds.join", "-", new[] { "a", "b" }).InTime();
        int sum = await Client.SumAsync(1, 2, 3).InTime();
        int defaults = await Untyped.CallAsync<int>("kinds.sum").InTime();
        var wrong = await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<string>("kinds.join", "-", "a", 5).InTime());
        var missing = await Assert.ThrowsAsync<MprpcRemoteException>(() => Untyped.CallAsync<string>("kinds.join").InTime());

        Assert.Equal((0, 3, 1, 4), (none, three, array, typed));
        Assert.Equal(("a-b-c", "a-b"), (joined, asOne));
        Assert.Equal((6, 5), (sum, defaults));
        Assert.Contains("parts", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("1 or more", missing.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<int> Iterate()
    {
        yield return 7;
        yield return 8;
    }

    private static MprpcRaw Raw(string hex) => new(Convert.FromHexString(hex));

    /// <summary>Reads with the serializer, where the calls read in place, and writes again.</summary>
    private static byte[] Read(string method, string hex)
    {
        MessagePackSerializerOptions options = MprpcSerializerOptions.Default.MessagePack;
        byte[] bytes = Convert.FromHexString(hex);

        return method switch
        {
            "kinds.text" => MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<string>(bytes, options), options),
            "kinds.set" => MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<HashSet<string>>(bytes, options), options),
            "kinds.pair" => MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<(string, string)>(bytes, options), options),
            "kinds.map" => MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<Dictionary<string, string>>(bytes, options), options),
            _ => MessagePackSerializer.Serialize(MessagePackSerializer.Deserialize<Written>(bytes, options), options),
        };
    }

    public sealed class Host : IAsyncLifetime
    {
        internal ContractHost<IKinds> Value { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Value = await ContractHost<IKinds>.StartAsync<Kinds>();

        public ValueTask DisposeAsync() => Value.DisposeAsync();
    }

    private sealed class Hidden
    {
        public int Value { get; set; }
    }
}
