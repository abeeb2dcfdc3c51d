using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// Finds or makes the formatter of a type, once: our own, a generated one, MessagePack's, or one of the type's members; and puts around it what
/// docs/protocol.md 7 demands.
/// </summary>
[UnconditionalSuppressMessage(
    "Trimming",
    "IL2090",
    Justification = "Collections of contracts are used as what they are, and keep their interfaces; what is made at run time is not made under native AOT.")]
internal static class FormatterFactory
{
    /// <summary>The formatter; one that says why there is none, where there is none.</summary>
    public static IMessagePackFormatter<T> Make<T>()
    {
        if (OwnFormatters.Find<T>() is { } own)
        {
            return own;
        }

        try
        {
            IMessagePackFormatter<T> found = Find<T>();
            return found is IRefusingFormatter ? found : Guard(Lenient(found));
        }
        catch (Exception exception)
        {
            // A formatter's or a type's own static constructor: an exception here would stand in the way of every later call.
            Exception cause = exception is TypeInitializationException or TargetInvocationException ? exception.InnerException ?? exception : exception;
            return new RefusingFormatter<T>($"its formatter cannot be made ({cause.GetType().Name}: {cause.Message})");
        }
    }

    /// <summary>Puts the guard around a formatter, also one of the user's, where the type can contain itself.</summary>
    public static IMessagePackFormatter<T> Guard<T>(IMessagePackFormatter<T> formatter)
        => IsOfDotNet(typeof(T)) || IsGenerated(formatter) || !Nestable.ContainsItself(typeof(T)) ? formatter : new GuardedFormatter<T>(formatter);

    /// <summary>Arrays and collections of .NET: a circle of references that passes through one passes through a type of somebody else's too.</summary>
    private static bool IsOfDotNet(Type type)
        => type.IsArray || type.Namespace == "System" || type.Namespace?.StartsWith("System.", StringComparison.Ordinal) == true;

    /// <summary>Generated code guards itself.</summary>
    private static bool IsGenerated<T>(IMessagePackFormatter<T> formatter)
        => MprpcGeneratedFormatters.IsObject<T>() && ReferenceEquals(formatter, MprpcGeneratedFormatters.Find<T>());

    private static IMessagePackFormatter<T> Find<T>()
    {
        if (typeof(T).IsEnum && MprpcGeneratedFormatters.Find<T>() is { } ofEnum && ofEnum.GetType() is { IsGenericType: true, Name: "GenericEnumFormatter`1" })
        {
            return new EnumFormatter<T>();
        }

        if ((MprpcGeneratedFormatters.Find<T>() ?? AttributeFormatterResolver.Instance.GetFormatter<T>()) is { } given)
        {
            return given;
        }

        if (typeof(T).IsEnum)
        {
            return new EnumFormatter<T>();
        }

        if (BuiltinResolver.Instance.GetFormatter<T>() is { } known)
        {
            return known;
        }

        return RuntimeFeature.IsDynamicCodeSupported
            ? MakeAtRunTime<T>()
            : new RefusingFormatter<T>("no formatter was generated for it, and native AOT cannot make one at run time. Use the type in a contract; "
                + "MPRPC013 and MPRPC016 say what keeps the generator from it");
    }

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "As above.")]
    private static IMessagePackFormatter<T> MakeAtRunTime<T>()
    {
        Type type = typeof(T);

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Create<T>(typeof(MaybeFormatter<>), underlying);
        }

        // Of a class that derives from a dictionary, MessagePack would take the elements for objects.
        if (!IsOfDotNet(type) && type.IsAssignableTo(typeof(IEnumerable)) && OwnCollection<T>() is { } derived)
        {
            return derived;
        }

        if (DotNetFormatters.Find<T>() is { } ofDotNet)
        {
            return ofDotNet;
        }

        if (type.GetCustomAttributes<UnionAttribute>(inherit: false).Any() && DynamicUnionResolver.Instance.GetFormatter<T>() is { } union)
        {
            return union;
        }

        if (type.IsAssignableTo(typeof(IEnumerable)) && (OwnCollection<T>() ?? Sequence<T>()) is { } collection)
        {
            return collection;
        }

        return ReflectedObject.Of(type, out string? reason) is { } model ? new ReflectedObjectFormatter<T>(model)! : new RefusingFormatter<T>(reason!);
    }

    [RequiresDynamicCode("Makes formatters at run time.")]
    private static IMessagePackFormatter<T>? OwnCollection<T>()
    {
        Type type = typeof(T);
        Type[] interfaces = [.. type.GetInterfaces()];
        bool canBeMade = !type.IsAbstract && (type.IsValueType || type.GetConstructor([]) is not null);

        if (canBeMade && Find(interfaces, typeof(IDictionary<,>)) is { } pairs)
        {
            return Create<T>(typeof(GenericDictionaryFormatter<,,>), [.. pairs.GenericTypeArguments, type]);
        }

        if (canBeMade && Find(interfaces, typeof(ICollection<>)) is { } elements)
        {
            return Create<T>(typeof(GenericCollectionFormatter<,>), [.. elements.GenericTypeArguments, type]);
        }

        return null;
    }

    /// <summary>What can only be enumerated, such as a query: what it is made of is none of its public members.</summary>
    [RequiresDynamicCode("Makes formatters at run time.")]
    private static IMessagePackFormatter<T>? Sequence<T>()
        => Find(typeof(T).GetInterfaces(), typeof(IEnumerable<>)) is { } sequence
            ? Create<T>(typeof(SequenceFormatter<,>), typeof(T), sequence.GenericTypeArguments[0])
            : null;

    private static Type? Find(Type[] interfaces, Type definition)
        => Array.Find(interfaces, known => known.IsGenericType && known.GetGenericTypeDefinition() == definition);

    [RequiresDynamicCode("Makes formatters at run time.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The generic parameters have no requirements.")]
    [UnconditionalSuppressMessage("Trimming", "IL2067", Justification = "Formatters keep their constructors.")]
    [UnconditionalSuppressMessage("Trimming", "IL2072", Justification = "As above.")]
    private static IMessagePackFormatter<T> Create<T>(Type formatter, params Type[] arguments)
        => (IMessagePackFormatter<T>)Activator.CreateInstance(formatter.MakeGenericType(arguments))!;

    /// <summary>What other languages send in the place of a map or an array, for the formatters of collections.</summary>
    private static IMessagePackFormatter<T> Lenient<T>(IMessagePackFormatter<T> formatter)
    {
        Type type = typeof(T);

        if (type == typeof(string) || !type.IsAssignableTo(typeof(IEnumerable)) || MprpcGeneratedFormatters.IsObject<T>()
            || formatter is ReflectedObjectFormatter<T>)
        {
            return formatter;
        }

        bool isMap = type.IsAssignableTo(typeof(IDictionary)) || IsDictionary(type) || Array.Exists(type.GetInterfaces(), IsDictionary);
        return new LenientFormatter<T>(formatter, isMap);
    }

    private static bool IsDictionary(Type type)
        => type.IsGenericType
            && (type.GetGenericTypeDefinition() == typeof(IDictionary<,>) || type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>));
}
