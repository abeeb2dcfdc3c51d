using System.Globalization;
using System.Text;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Wire;

/// <summary>
/// Makes an exception of a response's error, in whichever of the shapes the peer sends it (docs/protocol.md 3.4): the text that a person would want is the
/// message, the code is the code, and the rest is the data.
/// </summary>
internal static class RemoteErrorReader
{
    private const string NoMessage = "The peer answered with an error that has no message.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The names that an error map's text and code have in the languages of peers; case is ignored.
    private static readonly string[] TextKeys = ["message", "msg", "error", "reason", "description"];
    private static readonly string[] CodeKeys = ["code"];
    private static readonly string[] DataKeys = ["data"];

    /// <summary>Reads the error, which is not nil, and the result behind it.</summary>
    public static MprpcRemoteException Read(string method, ref MprpcReader reader)
    {
        MprpcRaw error = reader.Read<MprpcRaw>();
        return Read(method, error, reader.Read<MprpcRaw>());
    }

    /// <summary>Makes an exception of an error that stands alone.</summary>
    public static MprpcRemoteException ReadAlone(string method, in MprpcRaw error) => Read(method, error, result: default);

    private static MprpcRemoteException Read(string method, in MprpcRaw error, in MprpcRaw result)
    {
        Parts parts = Understand(error);

        // Beside an error, what is empty says nothing: Go's net/rpc sends an empty map.
        if (!IsEmpty(result))
        {
            parts = Join(parts, Understand(result));
        }

        string? code = parts.Text is null ? parts.Code : ErrorCode.InMessage(parts.Text) ?? parts.Code;
        return new MprpcRemoteException(method, parts.Text ?? (code is null ? NoMessage : $"The peer answered with error {code}."), code, parts.Data);
    }

    /// <summary>
    /// What stands beside an error that is a text or a number alone: a text there is what the error is the code of. Everything else there is data.
    /// </summary>
    private static Parts Join(Parts error, Parts result)
    {
        string? code = error.Code ?? error.Text;
        bool isWhole = error.Data is not null || (error.Text is not null && error.Code is not null);

        return isWhole || result.Text is null
            ? new Parts(error.Text, code, error.Data is null ? result.Value : new[] { error.Data, result.Value }, result.Value)
            : new Parts(result.Text, code ?? result.Code, code is null || result.Code is null ? result.Data : result.Value, result.Value);
    }

    private static Parts Understand(MprpcRaw raw)
    {
        object? value = Decode(raw);

        return raw.Type switch
        {
            MessagePackType.String or MessagePackType.Binary => UnderstandText(raw, value),
            MessagePackType.Integer => new Parts(Text: null, Convert.ToString(value, CultureInfo.InvariantCulture), Data: null, value),
            _ when value is object?[] items => UnderstandArray(items),
            _ when value is IDictionary<object, object?> map => UnderstandMap(map),
            _ => new Parts(Text: null, Code: null, value, value),
        };
    }

    private static Parts UnderstandText(MprpcRaw raw, object? value)
    {
        if (TextOf(value is MprpcRaw ? raw.Deserialize<byte[]>() : value) is { } text)
        {
            return new Parts(text.Length == 0 ? null : text, Code: null, Data: null, value);
        }

        // Text in another encoding is text all the same: readable here, whole in the data. Other bytes are none.
        return new Parts(raw.Type == MessagePackType.String ? Encoding.UTF8.GetString(raw.Deserialize<byte[]>()) : null, Code: null, value, value);
    }

    // [message], [code, message], and with more behind it: a class, its message, a backtrace.
    private static Parts UnderstandArray(object?[] items)
    {
        string? first = items.Length > 0 ? TextOf(items[0]) : null;
        string? second = items.Length > 1 ? TextOf(items[1]) : null;

        if (second is not null && (first is not null
            || items[0] is null or bool or byte or sbyte or short or ushort or int or uint or long or ulong or float or double))
        {
            string? code = Convert.ToString(first ?? items[0], CultureInfo.InvariantCulture);
            return new Parts(NonEmpty(second), NonEmpty(code), Rest(items, 2), items);
        }

        return first is not null ? new Parts(NonEmpty(first), Code: null, Rest(items, 1), items) : new Parts(Text: null, Code: null, items, items);
    }

    private static Parts UnderstandMap(IDictionary<object, object?> map)
    {
        string? textKey = Find(map, TextKeys, value => TextOf(value) is { Length: > 0 });
        string? codeKey = Find(map, CodeKeys, value => value is not (null or object?[] or IDictionary<object, object?> or MprpcRaw));
        string? dataKey = Find(map, DataKeys, _ => true);
        string? text = textKey is null ? null : TextOf(map[textKey]);
        string? code = codeKey is null ? null : TextOf(map[codeKey]) ?? Convert.ToString(map[codeKey], CultureInfo.InvariantCulture);
        int known = (textKey is null ? 0 : 1) + (codeKey is null ? 0 : 1) + (dataKey is null ? 0 : 1);
        return new Parts(text, NonEmpty(code), text is null || known < map.Count ? map : dataKey is null ? null : map[dataKey], map);
    }

    private static string? Find(IDictionary<object, object?> map, string[] names, Func<object?, bool> isRight)
    {
        foreach (string name in names)
        {
            foreach ((object key, object? value) in map)
            {
                if (key is string text && text.Equals(name, StringComparison.OrdinalIgnoreCase) && isRight(value))
                {
                    return text;
                }
            }
        }

        return null;
    }

    /// <summary>What is left of an array: one value as itself.</summary>
    private static object? Rest(object?[] items, int start) => (items.Length - start) switch
    {
        0 => null,
        1 => items[start],
        _ => items[start..],
    };

    /// <summary>Text, from a str or a bin that is UTF-8; else null.</summary>
    private static string? TextOf(object? value)
    {
        if (value is not byte[] bytes)
        {
            return value as string;
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static string? NonEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static bool IsEmpty(MprpcRaw result) => result.IsNil || result.Memory.Span is [MessagePackCode.MinFixArray or MessagePackCode.MinFixMap];

    private static object? Decode(MprpcRaw value)
    {
        try
        {
            return value.Deserialize<object?>();
        }
        catch (Exception)
        {
            // An extension type, say: the caller gets its bytes. Whatever it is, the call must end.
            return value;
        }
    }

    /// <summary>What a value says.</summary>
    /// <param name="Text">For a person; not empty.</param>
    /// <param name="Code">For a program.</param>
    /// <param name="Data">What is neither.</param>
    /// <param name="Value">All of it.</param>
    private readonly record struct Parts(string? Text, string? Code, object? Data, object? Value);
}
