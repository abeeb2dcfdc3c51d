using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>How one member is written and read: numbers in place, others by their own formatters.</summary>
internal static class MemberText
{
    private static readonly Dictionary<string, string> InPlace = new(StringComparer.Ordinal)
    {
        ["bool"] = "ReadBoolean",
        ["byte"] = "ReadByte",
        ["sbyte"] = "ReadSByte",
        ["short"] = "ReadInt16",
        ["ushort"] = "ReadUInt16",
        ["int"] = "ReadInt32",
        ["uint"] = "ReadUInt32",
        ["long"] = "ReadInt64",
        ["ulong"] = "ReadUInt64",
        ["float"] = "ReadSingle",
        ["double"] = "ReadDouble",
        ["char"] = "ReadChar",
    };

    public static string Write(MemberModel member)
        => InPlace.ContainsKey(member.Type)
            ? $"writer.Write(value.{CodeWriter.Name(member.Name)});"
            : $"global::MessagePack.FormatterResolverExtensions.GetFormatterWithVerify<{member.Type}>(options.Resolver)."
                + $"Serialize(ref writer, {Cast(member)}value.{CodeWriter.Name(member.Name)}, options);";

    public static string Read(MemberModel member)
        => InPlace.TryGetValue(member.Type, out string? read)
            ? $"global::Mprpc.CompilerServices.MprpcFormatting.{read}(ref reader)"
            : $"global::MessagePack.FormatterResolverExtensions.GetFormatterWithVerify<{member.Type}>(options.Resolver).Deserialize(ref reader, options)";

    /// <summary>A dynamic value would bind the call at run time.</summary>
    private static string Cast(MemberModel member) => member.Type == "object?" ? "(object?)" : string.Empty;
}
