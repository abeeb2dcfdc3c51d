using System.Text.Json;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Values;

/// <summary>What an argument of the command line says, as an encoded value.</summary>
/// <param name="encoder">Encodes it as the peer reads it.</param>
/// <param name="mode">Whether all arguments are JSON, or all are text.</param>
/// <param name="input">The standard input, read only for <c>-</c> and <c>@-</c>.</param>
internal sealed class ArgumentReader(JsonToMessagePack encoder, ArgumentMode mode, Func<Stream> input)
{
    private const string FilePrefix = "@";
    private const string HexPrefix = "hex:";
    private const string Base64Prefix = "b64:";
    private const string EncodedPrefix = "msgpack:";
    private const string StandardInput = "-";

    /// <param name="argument">The argument as it was typed.</param>
    /// <param name="type">The parameter's type, or null if it is unknown.</param>
    /// <param name="types">The types that <paramref name="type"/> may name.</param>
    /// <exception cref="ValueException">The argument is not what its prefix or the mode promises.</exception>
    public MprpcRaw Read(string argument, TypeExpression? type = null, IReadOnlyDictionary<string, TypeDefinition>? types = null)
        => new(mode switch
        {
            ArgumentMode.Text => encoder.EncodeText(argument),
            ArgumentMode.Json => encoder.Encode(argument == StandardInput ? ReadAllText(input()) : argument),
            _ => Guess(argument, type, types),
        });

    private byte[] Guess(string argument, TypeExpression? type, IReadOnlyDictionary<string, TypeDefinition>? types)
    {
        bool isText = type is { Name: TypeNames.Text };

        if (argument == StandardInput)
        {
            return encoder.Encode(ReadAllText(input()));
        }
        else if (argument.StartsWith(FilePrefix, StringComparison.Ordinal) && argument.Length > FilePrefix.Length)
        {
            byte[] content = Content(argument[FilePrefix.Length..]);
            return isText ? encoder.EncodeText(System.Text.Encoding.UTF8.GetString(content)) : encoder.EncodeBytes(content);
        }
        else if (argument.StartsWith(HexPrefix, StringComparison.Ordinal))
        {
            return encoder.EncodeBytes(Hex(argument[HexPrefix.Length..], HexPrefix));
        }
        else if (argument.StartsWith(Base64Prefix, StringComparison.Ordinal))
        {
            return encoder.EncodeBytes(Base64(argument[Base64Prefix.Length..]));
        }
        else if (argument.StartsWith(EncodedPrefix, StringComparison.Ordinal))
        {
            return Encoded(Hex(argument[EncodedPrefix.Length..], EncodedPrefix));
        }

        using JsonDocument? json = TryParse(argument);

        if (isText)
        {
            return json is not null && IsTextInJson(json.RootElement, type!) ? encoder.Encode(json.RootElement) : encoder.EncodeText(argument);
        }

        return json is not null ? encoder.Encode(json.RootElement) : OfPlainText(argument, type, types);
    }

    /// <summary>Whether JSON is meant for a parameter that takes text: what the tool itself would print for one.</summary>
    private static bool IsTextInJson(JsonElement json, TypeExpression type)
        => json.ValueKind == JsonValueKind.String
            || (json.ValueKind == JsonValueKind.Null && type.IsNullable)
            || (json.ValueKind == JsonValueKind.Object && json.GetPropertyCount() == 1 && json.TryGetProperty(Form.Text, out _));

    /// <summary>Text that is not JSON: a time and the name of an enum's member stand for themselves if the parameter takes such a value.</summary>
    private byte[] OfPlainText(string argument, TypeExpression? type, IReadOnlyDictionary<string, TypeDefinition>? types)
    {
        if (type?.Name == TypeNames.Timestamp && Timestamp.TryParse(argument) is { } time)
        {
            return encoder.EncodeExtension(Timestamp.ExtensionType, time);
        }
        else if (type is not null && types is not null && types.TryGetValue(type.Name, out TypeDefinition? named) && named.Kind == TypeKind.Enum
            && named.Members.FirstOrDefault(member => member.Name == argument) is { } member)
        {
            return encoder.Encode(member.Key);
        }

        return encoder.EncodeText(argument);
    }

    private static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private byte[] Content(string path)
    {
        try
        {
            if (path != StandardInput)
            {
                return File.ReadAllBytes(path);
            }

            using var content = new MemoryStream();
            using Stream stream = input();
            stream.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ValueException($"Cannot read the file of '@{path}': {exception.Message} --text sends '@{path}' as a text.", exception);
        }
    }

    private static string ReadAllText(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static byte[] Hex(string digits, string prefix)
    {
        try
        {
            return Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));
        }
        catch (FormatException exception)
        {
            throw new ValueException($"'{prefix}{digits}' is not an even number of hexadecimal digits. --text sends it as a text.", exception);
        }
    }

    private static byte[] Base64(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException exception)
        {
            throw new ValueException($"'{Base64Prefix}{text}' is not base64. --text sends it as a text.", exception);
        }
    }

    private static byte[] Encoded(byte[] value)
    {
        // It says whether this is one whole value.
        MessagePackToJson.Write(value);
        return value;
    }
}
