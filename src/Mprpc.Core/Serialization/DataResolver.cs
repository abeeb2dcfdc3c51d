using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>
/// Stands before a resolver, and in the place of those of MessagePack's formatters that would do more than to read data, or take longer over it than it
/// deserves. Safe for concurrent use.
/// </summary>
/// <remarks>A formatter that an application has written itself stays: that is its own decision.</remarks>
internal sealed class DataResolver(IFormatterResolver inner) : IFormatterResolver
{
    private const string Dynamic = "MessagePack.Resolvers.";

    private readonly ConcurrentDictionary<Type, object?> _formatters = new();

    public IMessagePackFormatter<T>? GetFormatter<T>()
        => (IMessagePackFormatter<T>?)(_formatters.TryGetValue(typeof(T), out object? known) ? known : _formatters.GetOrAdd(typeof(T), Choose<T>()));

    /// <summary>Whether it finds formatters that load the types which a peer names.</summary>
    public static bool IsTypeless(IFormatterResolver resolver)
    {
        try
        {
            return IsTypeless(resolver.GetFormatter<object>());
        }
        catch (Exception)
        {
            // It is told when somebody asks for an object.
            return false;
        }
    }

    private IMessagePackFormatter<T>? Choose<T>()
    {
        IMessagePackFormatter<T>? found;

        try
        {
            found = inner.GetFormatter<T>();
        }
        catch (Exception) when (NotData.WhyNot(typeof(T)) is not null)
        {
            found = null;       // it cannot make one, and need not
        }

        bool isOwn = found?.GetType().Assembly == typeof(DataResolver).Assembly;

        if (found is not null && !isOwn && !IsOfMessagePack(found.GetType()))
        {
            return found;
        }

        if (NotData.WhyNot(typeof(T)) is { } reason)
        {
            return new RefusedFormatter<T>(reason);
        }

        return found is null ? null
            : IsTypeless(found) ? new RefusedFormatter<T>("it loads whatever type a peer names")
            : RuntimeFeature.IsDynamicCodeSupported && (isOwn || found.GetType().Assembly == typeof(MessagePackSerializer).Assembly) && Create<T>() is { } safe
                ? FormatterFactory.Guard(safe)
            : found;
    }

    /// <summary>A formatter of ours for a collection that MessagePack fills without a thought for its keys; null: there is none.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT, which has no such formatters by reflection at all.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "The formatters are ours, and have a constructor without parameters.")]
    private static IMessagePackFormatter<T>? Create<T>()
        => SafeCollections.FormatterOf(typeof(T)) is { } type ? (IMessagePackFormatter<T>)Activator.CreateInstance(type)! : null;

    private static bool IsTypeless(object? formatter)
        => formatter is TypelessFormatter
            || (formatter?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ForceTypelessFormatter<>));

    /// <summary>MessagePack's own, or made by it at run time.</summary>
    private static bool IsOfMessagePack(Type formatter)
        => formatter.Assembly == typeof(IMessagePackFormatter).Assembly || formatter.Assembly == typeof(MessagePackSerializer).Assembly
            || formatter.Assembly.GetName().Name?.StartsWith(Dynamic, StringComparison.Ordinal) == true;
}
