using System.Collections.Concurrent;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// A resolver of the user's, which must not end the process either: types that can contain themselves count their levels while they are written.
/// </summary>
internal sealed class GuardedResolver(IFormatterResolver resolver) : IFormatterResolver
{
    private readonly ConcurrentDictionary<Type, object?> _known = new();

    public IMessagePackFormatter<T>? GetFormatter<T>()
        => (IMessagePackFormatter<T>?)(_known.TryGetValue(typeof(T), out object? known) ? known : _known.GetOrAdd(typeof(T), Find<T>()));

    private IMessagePackFormatter<T>? Find<T>()
    {
        if (typeof(T) == typeof(MprpcRaw) || typeof(T) == typeof(NoValue))
        {
            return OwnFormatters.Find<T>();
        }

        IMessagePackFormatter<T>? found = resolver.GetFormatter<T>();

        return found switch
        {
            null or GuardedFormatter<T> => found,

            // MessagePack's own formatter of objects goes deeper by itself, without asking a resolver.
            _ when typeof(T) == typeof(object) && found.GetType().Assembly == typeof(PrimitiveObjectFormatter).Assembly
                => (IMessagePackFormatter<T>)(object)AnyValueFormatter.Instance,
            _ => FormatterFactory.Guard(found),
        };
    }
}
