using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// The formatters of single types that are ours, and of their arrays, lists and nullables; without reflection, so that native AOT has them too.
/// </summary>
internal static class OwnFormatters
{
    private static readonly Dictionary<Type, object> Formatters = Make();

    public static IMessagePackFormatter<T>? Find<T>() => Formatters.TryGetValue(typeof(T), out object? formatter) ? (IMessagePackFormatter<T>)formatter : null;

    private static Dictionary<Type, object> Make()
    {
        Dictionary<Type, object> all = new()
        {
            [typeof(NoValue)] = new NoValueFormatter(),
            [typeof(object)] = AnyValueFormatter.Instance,
            [typeof(string)] = TextFormatter.Instance,
            [typeof(byte[])] = BytesFormatter.Instance,
            [typeof(JsonNode)] = new JsonNodeFormatter<JsonNode>(),
            [typeof(JsonObject)] = new JsonNodeFormatter<JsonObject>(),
            [typeof(JsonArray)] = new JsonNodeFormatter<JsonArray>(),
            [typeof(JsonValue)] = new JsonNodeFormatter<JsonValue>(),
        };

        Add(all, Text<Uri?>());
        Add(all, Text<Version?>());
        Add(all, Text<StringBuilder?>());
        Add(all, new JsonDocumentFormatter());
        AddElement(all, TextFormatter.Instance);
        AddInteger<sbyte>(all);
        AddInteger<short>(all);
        AddInteger<ushort>(all);
        AddInteger<int>(all);
        AddInteger<uint>(all);
        AddInteger<long>(all);
        AddInteger<ulong>(all);
        AddInteger<char>(all);
        AddValue(all, IntegerFormatter<byte>.Instance);
        AddValue(all, MprpcRawFormatter.Instance);
        AddValue(all, new RuneFormatter());
        AddValue(all, Builtin<bool>());
        AddValue(all, Builtin<float>());
        AddValue(all, Builtin<double>());
        AddValue(all, Builtin<Half>());
        AddValue(all, Builtin<Complex>());
        AddValue(all, Builtin<Vector2>());
        AddValue(all, Builtin<Vector3>());
        AddValue(all, Builtin<Vector4>());
        AddValue(all, Builtin<Quaternion>());
        AddValue(all, Builtin<Matrix3x2>());
        AddValue(all, Builtin<Matrix4x4>());
        AddValue(all, Builtin<Nil>());
        AddValue(all, Builtin<DateTime>());
        AddValue(all, NumberFormatter<decimal>.Instance);
        AddValue(all, NumberFormatter<Int128>.Instance);
        AddValue(all, NumberFormatter<UInt128>.Instance);
        AddValue(all, NumberFormatter<BigInteger>.Instance);
        AddValue(all, Text<Guid>());
        AddValue(all, new TicksFormatter<TimeSpan>(value => value.Ticks, TimeSpan.FromTicks));
        AddValue(all, new TicksFormatter<TimeOnly>(value => value.Ticks, ticks => new TimeOnly(ticks)));
        AddValue(all, new TicksFormatter<DateOnly>(value => value.DayNumber, days => DateOnly.FromDayNumber(checked((int)days))));
        AddValue(all, new DateTimeOffsetFormatter());
        AddValue(all, new JsonElementFormatter());
        AddValue(all, new BytesLikeFormatter<Memory<byte>>(Builtin<Memory<byte>>(), bytes => bytes));
        AddValue(all, new BytesLikeFormatter<ReadOnlyMemory<byte>>(Builtin<ReadOnlyMemory<byte>>(), bytes => bytes));
        AddValue(all, new BytesLikeFormatter<ReadOnlySequence<byte>>(Builtin<ReadOnlySequence<byte>>(), bytes => new ReadOnlySequence<byte>(bytes ?? [])));
        AddValue(
            all,
            new BytesLikeFormatter<ArraySegment<byte>>(Builtin<ArraySegment<byte>>(), bytes => bytes is null ? default : new ArraySegment<byte>(bytes)));
        return all;
    }

    private static void AddInteger<T>(Dictionary<Type, object> all)
        where T : struct, IBinaryInteger<T>
    {
        AddValue(all, IntegerFormatter<T>.Instance);
        AddElement(all, IntegerFormatter<T>.Instance);
    }

    private static void AddValue<T>(Dictionary<Type, object> all, IMessagePackFormatter<T> formatter)
        where T : struct
    {
        Add(all, formatter);
        all[typeof(T?)] = new MaybeFormatter<T>();
    }

    private static void Add<T>(Dictionary<Type, object> all, IMessagePackFormatter<T> formatter)
    {
        all[typeof(T)] = formatter;
        AnyValueWriter.Register<T>();
    }

    /// <summary>The arrays and lists that MessagePack reads by itself, where ours takes more.</summary>
    private static void AddElement<T>(Dictionary<Type, object> all, IMessagePackFormatter<T> formatter)
    {
        IMessagePackFormatter<T[]?> array = Writes(BuiltinResolver.Instance.GetFormatter<T[]?>()) ?? new ArrayFormatter<T>();
        IMessagePackFormatter<List<T>?> list = Writes(BuiltinResolver.Instance.GetFormatter<List<T>?>()) ?? new ListFormatter<T>();
        all[typeof(T[])] = new LenientFormatter<T[]?>(new ElementsFormatter<T>(array, formatter), isMap: false);
        all[typeof(List<T>)] = new LenientFormatter<List<T>?>(new ElementListFormatter<T>(list, formatter), isMap: false);
        AnyValueWriter.Register<T[]>();
        AnyValueWriter.Register<List<T>>();
    }

    /// <summary>MessagePack's formatter of many numbers; not the one of texts, which replaces half a surrogate pair.</summary>
    private static IMessagePackFormatter<TMany>? Writes<TMany>(IMessagePackFormatter<TMany>? standard)
        => typeof(TMany) == typeof(string[]) || typeof(TMany) == typeof(List<string>) ? null : standard;

    private static AsTextFormatter<T> Text<T>() => new(Builtin<T>());

    private static IMessagePackFormatter<T> Builtin<T>() => BuiltinResolver.Instance.GetFormatterWithVerify<T>();
}
