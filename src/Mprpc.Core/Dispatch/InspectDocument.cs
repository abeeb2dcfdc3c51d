using Mprpc.CompilerServices;

namespace Mprpc.Dispatch;

/// <summary>
/// Describes methods to callers, in the shape of neovim's API metadata (docs/protocol.md 10.11). What does not depend on the caller is written once. Immutable
/// and safe for concurrent use.
/// </summary>
internal sealed class InspectDocument
{
    private const int Version = 1;

    private readonly MprpcSerializerOptions _serializer;
    private readonly Dictionary<RpcMethod, Part> _methods = [];
    private readonly SortedDictionary<string, Part> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <param name="methods">All methods of the endpoint: the names of types do not depend on who asks.</param>
    /// <param name="serializer">Writes default values.</param>
    public InspectDocument(IReadOnlyList<RpcMethod> methods, MprpcSerializerOptions serializer)
    {
        _serializer = serializer;
        MprpcTypeSchema[] types =
        [
            .. methods.Select(method => method.Description.Details.Types).Distinct().SelectMany(describe => describe()).DistinctBy(type => type.Key),
        ];

        foreach (IGrouping<string, MprpcTypeSchema> same in types.GroupBy(type => type.Name, StringComparer.Ordinal))
        {
            bool isUnique = same.Count() == 1;

            foreach (MprpcTypeSchema type in same)
            {
                _names[type.Key] = isUnique ? type.Name : type.Key;
            }
        }

        foreach (MprpcTypeSchema type in types)
        {
            _types.Add(_names[type.Key], PartOf(writer => Write(writer, type), type.Members.Select(member => member.Type)));
        }

        foreach (RpcMethod method in methods.OrderBy(method => method.WireName, StringComparer.Ordinal))
        {
            MprpcMethodDetails details = method.Description.Details;
            IEnumerable<string> schemas = details.Arguments.Select(argument => argument.Schema).Append(details.Result);
            _methods.Add(method, PartOf(writer => Write(writer, method, details), schemas));
        }
    }

    /// <summary>The document that lists these methods, and the types that they need.</summary>
    public MprpcRaw Describe(IReadOnlySet<RpcMethod> visible)
    {
        Part[] functions = [.. _methods.Where(method => visible.Contains(method.Key)).Select(method => method.Value)];
        HashSet<string> needed = NeededBy(functions);

        return new MprpcRaw(Encode(writer =>
        {
            writer.WriteMapHeader(3);
            writer.WriteString("protocol");
            writer.WriteInt64(Version);
            writer.WriteString("functions");
            writer.WriteArrayHeader(functions.Length);

            foreach (Part function in functions)
            {
                writer.WriteEncoded(function.Encoded);
            }

            writer.WriteString("types");
            writer.WriteMapHeader(needed.Count);

            foreach ((string name, Part type) in _types.Where(type => needed.Contains(type.Key)))
            {
                writer.WriteString(name);
                writer.WriteEncoded(type.Encoded);
            }
        }));
    }

    private HashSet<string> NeededBy(IEnumerable<Part> functions)
    {
        HashSet<string> needed = new(StringComparer.Ordinal);
        Stack<string> open = new(functions.SelectMany(function => function.Types));

        while (open.TryPop(out string? name))
        {
            if (needed.Add(name))
            {
                foreach (string inner in _types[name].Types)
                {
                    open.Push(inner);
                }
            }
        }

        return needed;
    }

    private Part PartOf(Action<MprpcWriter> write, IEnumerable<string> types)
        => new(Encode(write), [.. types.SelectMany(SchemaText.KeysIn).Select(key => _names[key])]);

    private byte[] Encode(Action<MprpcWriter> write)
    {
        MprpcWriter writer = MprpcWriter.Rent(_serializer, reserved: 0);

        try
        {
            write(writer);
            return writer.WrittenSpan.ToArray();
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }

    private void Write(MprpcWriter writer, RpcMethod method, MprpcMethodDetails details)
    {
        IReadOnlyList<MprpcParameter> parameters = method.Description.Parameters;
        int optional = parameters.Count(parameter => parameter.IsOptional);
        bool takesRest = parameters.Any(parameter => parameter.IsRest);
        (string? summary, IReadOnlyList<string> texts) = DocumentationOf(method, details);
        bool[] further = [optional > 0, takesRest, summary is not null, texts.Count > 0, details.Obsolete is not null];

        writer.WriteMapHeader(6 + further.Count(has => has));
        Write(writer, "name", method.WireName);
        writer.WriteString("parameters");
        writer.WriteArrayHeader(parameters.Count);

        for (int i = 0; i < parameters.Count; i++)
        {
            writer.WriteArrayHeader(2);
            writer.WriteString(Resolve(details.Arguments[i].Schema));
            writer.WriteString(parameters[i].Name);
        }

        writer.WriteString("required");
        writer.WriteInt64(method.Description.RequiredParameters);

        if (optional > 0)
        {
            WriteDefaults(writer, details.Arguments.Where((_, i) => parameters[i].IsOptional), optional);
        }

        if (takesRest)
        {
            Write(writer, "rest", true);
        }

        Write(writer, "return_type", Resolve(details.Result));
        Write(writer, "stream", method.Description.IsStream);
        Write(writer, "notify", details.IsNotification);

        if (summary is not null)
        {
            Write(writer, "doc", summary);
        }

        if (texts.Count > 0)
        {
            writer.WriteString("parameter_docs");
            writer.WriteMapHeader(texts.Count / 2);

            foreach (string text in texts)
            {
                writer.WriteString(text);
            }
        }

        if (details.Obsolete is not null)
        {
            Write(writer, "deprecated", details.Obsolete);
        }
    }

    /// <summary>What the service's own assembly knows, else what that of its contract knows.</summary>
    private static (string? Summary, IReadOnlyList<string> Texts) DocumentationOf(RpcMethod method, MprpcMethodDetails details)
        => details.Summary is null && details.ParameterTexts.Count == 0
            && method.Description.FindMethod?.Invoke() is { } declared && MprpcGeneratedDocumentation.Find(declared) is { } found
            ? (found.Summary, found.ParameterTexts)
            : (details.Summary, details.ParameterTexts);

    private static void WriteDefaults(MprpcWriter writer, IEnumerable<MprpcArgument> arguments, int count)
    {
        writer.WriteString("defaults");
        writer.WriteArrayHeader(count);

        foreach (MprpcArgument argument in arguments)
        {
            argument.TryWrite(writer, argument.DefaultValue);
        }
    }

    private void Write(MprpcWriter writer, MprpcTypeSchema type)
    {
        writer.WriteMapHeader(2);
        Write(writer, "kind", type.Kind);
        writer.WriteString("members");
        writer.WriteArrayHeader(type.Members.Count);

        foreach (MprpcMemberSchema member in type.Members)
        {
            writer.WriteArrayHeader(3);
            writer.WriteString(Resolve(member.Type));
            writer.WriteString(member.Name);
            WriteKey(writer, member.Key);
        }
    }

    private static void WriteKey(MprpcWriter writer, object key)
    {
        switch (key)
        {
            case string name:
                writer.WriteString(name);
                break;

            case ulong number:
                writer.WriteUInt64(number);
                break;

            default:
                writer.WriteInt64(key is int place ? place : (long)key);
                break;
        }
    }

    private static void Write(MprpcWriter writer, string key, string value)
    {
        writer.WriteString(key);
        writer.WriteString(value);
    }

    private static void Write(MprpcWriter writer, string key, bool value)
    {
        writer.WriteString(key);
        writer.WriteBoolean(value);
    }

    private string Resolve(string schema) => SchemaText.Resolve(schema, key => _names[key]);

    /// <summary>A method or a type, written, and the names of the types that it refers to.</summary>
    private sealed record Part(byte[] Encoded, IReadOnlyList<string> Types);
}
