using System.Buffers;
using System.Collections.Specialized;
using System.Dynamic;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Mprpc.Core.Tests.Serialization;

/// <summary>What a peer sends is data: it loads no type, looks up no name, and no text of it ends the process.</summary>
public sealed class NotDataTests
{
    public static TheoryData<Type> Refused => new(
        typeof(Type), typeof(TypeInfo), typeof(MethodInfo), typeof(MemberInfo), typeof(Assembly), typeof(Module), typeof(ParameterInfo), typeof(Delegate),
        typeof(Action), typeof(Func<int, string>),
        typeof(CultureInfo), typeof(RegionInfo), typeof(TimeZoneInfo), typeof(Encoding), typeof(Regex), typeof(Stream), typeof(FileStream),
        typeof(StreamReader), typeof(FileInfo), typeof(Thread),
        typeof(Task), typeof(Task<int>), typeof(CancellationToken), typeof(IntPtr), typeof(UIntPtr), typeof(RuntimeTypeHandle),
        typeof(System.Diagnostics.Process), typeof(System.Data.DataSet),
        typeof(System.Xml.XmlDocument), typeof(System.Linq.Expressions.Expression), typeof(IServiceProvider), typeof(ExpandoObject), typeof(ListDictionary),
        typeof(HybridDictionary),
        typeof(OrderedDictionary));

    [Theory]
    [MemberData(nameof(Refused))]
    public void Type_ThatIsNoData_HasAFormatterThatRefuses(Type type)
    {
        foreach (MprpcSerializerOptions options
            in new[]
            {
                MprpcSerializerOptions.Default,
                new MprpcSerializerOptions(ContractlessStandardResolver.Instance),
                new MprpcSerializerOptions(StandardResolver.Instance),
            })
        {
            var exception = Assert.ThrowsAny<Exception>(() => MessagePackSerializer.Deserialize(type, Hex.Bytes("a3 616263"), options.MessagePack));

            Assert.Contains("neither read nor written", exception.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Type_AsMemberOrElement_IsRefusedToo()
    {
        byte[] list = MessagePackSerializer.Serialize(new[] { "System.String" });
        byte[] map = MessagePackSerializer.Serialize(new Dictionary<string, string> { ["Value"] = "System.String" });

        Assert.ThrowsAny<MessagePackSerializationException>(
            () => MessagePackSerializer.Deserialize<List<Type>>(list, MprpcSerializerOptions.Default.MessagePack));
        Assert.ThrowsAny<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<HasType>(map, MprpcSerializerOptions.Default.MessagePack));
        Assert.ThrowsAny<MessagePackSerializationException>(
            () => MessagePackSerializer.Serialize<object>(typeof(string), MprpcSerializerOptions.Default.MessagePack));
    }

    [Fact]
    public void Type_OfTwentyThousandBrackets_IsRefusedAndEndsNoProcess()
    {
        byte[] text = MessagePackSerializer.Serialize("System.Int32" + string.Concat(Enumerable.Repeat("[]", 10_000)));

        Assert.ThrowsAny<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<Type>(text, MprpcSerializerOptions.Default.MessagePack));
    }

    [Fact]
    public void Resolver_ThatIsTypelessInside_IsRefused()
    {
        IFormatterResolver composite = CompositeResolver.Create(
            NativeDateTimeResolver.Instance, CompositeResolver.Create(TypelessObjectResolver.Instance, StandardResolver.Instance));

        Assert.Throws<ArgumentException>(() => new MprpcSerializerOptions(composite));
        Assert.Throws<ArgumentException>(() => new MprpcSerializerOptions(CompositeResolver.Create(TypelessContractlessStandardResolver.Instance)));
        Assert.Throws<ArgumentException>(() => new MprpcSerializerOptions(CompositeResolver.Create([TypelessFormatter.Instance], [StandardResolver.Instance])));
    }

    [Fact]
    public void TypelessMember_OfAnApplicationsType_LoadsNothing()
    {
        // ext 100, as MessagePack's typeless formatter writes it: the name of a type, then its value.
        byte[] payload = MessagePackSerializer.Typeless.Serialize(new Loaded());
        var map = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(map);
        writer.WriteMapHeader(1);
        writer.Write("Value");
        writer.WriteRaw(payload);
        writer.Flush();

        var exception = Assert.ThrowsAny<MessagePackSerializationException>(
            () => MessagePackSerializer.Deserialize<HasTypeless>(map.WrittenMemory, MprpcSerializerOptions.Default.MessagePack));

        Assert.Contains("is not loaded", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Formatter_OfTheApplicationsOwn_Stays()
    {
        var options = new MprpcSerializerOptions(CompositeResolver.Create([new CultureFormatter()], [StandardResolver.Instance]));

        Assert.Equal("", MessagePackSerializer.Deserialize<CultureInfo>(MessagePackSerializer.Serialize("xx"), options.MessagePack).Name);
    }

    public sealed class HasType
    {
        public Type? Value { get; set; }
    }

    public sealed class HasTypeless
    {
        [MessagePackFormatter(typeof(TypelessFormatter))]
        public object? Value { get; set; }
    }

    public sealed class Loaded
    {
        public int Number { get; set; } = 7;
    }

    private sealed class CultureFormatter : IMessagePackFormatter<CultureInfo?>
    {
        public void Serialize(ref MessagePackWriter writer, CultureInfo? value, MessagePackSerializerOptions options) => writer.Write(value?.Name);

        public CultureInfo Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        {
            reader.Skip();
            return CultureInfo.InvariantCulture;
        }
    }
}
