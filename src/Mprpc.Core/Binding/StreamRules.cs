using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Reflection;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>Where a stream may stand. The generator's StreamRules says the same in the editor (MPRPC018).</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Not reached under native AOT; without it nothing of a contract is trimmed.")]
internal static class StreamRules
{
    /// <summary>Whether a result or a parameter is a stream.</summary>
    public static bool IsStream(Type type) => ItemOf(type) is not null;

    /// <summary>The type of a stream's items; null if the type is not a stream.</summary>
    public static Type? ItemOf(Type type)
        => IsBytes(type) ? typeof(ReadOnlyMemory<byte>)
            : type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>) ? type.GenericTypeArguments[0]
            : null;

    /// <summary>Whether a type is a stream of bytes, whose items are pieces of them.</summary>
    public static bool IsBytes(Type type) => type == typeof(Stream) || type == typeof(PipeReader);

    /// <summary>The type of a stream of bytes that a method returns, at once or as a task; null: it returns something else.</summary>
    public static Type? ReturnedBytes(Type result)
        => IsBytes(result) ? result
            : result.IsGenericType && result.GetGenericTypeDefinition() is { } task && (task == typeof(Task<>) || task == typeof(ValueTask<>))
                && IsBytes(result.GenericTypeArguments[0]) ? result.GenericTypeArguments[0]
            : null;

    /// <summary>The type of the items of a stream that a method returns; null: its result is not a stream.</summary>
    public static Type? ReturnedItem(Type result) => ReturnedBytes(result) is null ? ItemOf(result) : typeof(ReadOnlyMemory<byte>);

    /// <summary>What is wrong with a result; null: nothing.</summary>
    public static string? WhyNotResult(Type type)
        => Inside(ReturnedBytes(type) ?? type) is { } stream
            ? $"returns {TypeName.Of(type)}, and a stream stands by itself. Return {TypeName.Of(stream)} itself"
            : null;

    /// <summary>What is wrong with a parameter; null: nothing.</summary>
    public static string? WhyNotParameter(ParameterInfo parameter, Type result)
        => Inside(parameter.ParameterType) is { } stream
            ? $"takes '{parameter.Name}' as {TypeName.Of(parameter.ParameterType)}, and a stream stands by itself. Take {TypeName.Of(stream)} itself"
            : result == typeof(void) && IsStream(parameter.ParameterType)
                ? $"takes the stream '{parameter.Name}' and returns void, so that typed clients send a notification, which cannot be fed. Return Task"
            : null;

    /// <summary>The stream that a value of a type would have inside, in a member of it or of what it is made of; null: there is none.</summary>
    public static Type? InMembers(Type type) => InMembers(type, []);

    private static Type? InMembers(Type type, HashSet<Type> seen)
    {
        if (Any(type) is { } stream)
        {
            return stream;
        }

        if (!seen.Add(type) || WireTypes.Known.ContainsKey(type) || ReflectedSchema.IsEndless(type))
        {
            return null;
        }

        IEnumerable<Type> parts = type.HasElementType ? [type.GetElementType()!]
            : ReflectedObject.Of(type, out _) is { } model ? model.Members.Select(member => member.Type)
            : type.GenericTypeArguments;
        return parts.Select(part => InMembers(part, seen)).FirstOrDefault(found => found is not null);
    }

    /// <summary>The stream that a type has inside, or that it is in other clothes; null: there is none.</summary>
    private static Type? Inside(Type type) => Any(ItemOf(type) ?? type);

    private static Type? Any(Type type)
        => IsStream(type) ? type
            : Implemented(type) is { } stream ? stream
            : type.HasElementType ? Any(type.GetElementType()!)
            : type.GenericTypeArguments.Select(Any).FirstOrDefault(found => found is not null);

    /// <summary>The stream that a type implements which can be read only as one.</summary>
    private static Type? Implemented(Type type)
        => typeof(IEnumerable).IsAssignableFrom(type) || type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false)
            ? null
            : typeof(Stream).IsAssignableFrom(type) ? typeof(Stream)
            : typeof(PipeReader).IsAssignableFrom(type) ? typeof(PipeReader)
            : Array.Find(type.GetInterfaces(), IsStream);
}
