using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// The parts of a key whose type compares all of them: tuples, records, and structs that do not say otherwise. By reflection, once for each type.
/// </summary>
internal static class KeyParts
{
    private const BindingFlags OwnFields = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly MethodInfo Hash = typeof(MprpcGeneratedKeys).GetMethod(nameof(MprpcGeneratedKeys.Hash))!;

    /// <summary>Why the keys of a type cannot be hashed safely, and the remedy; null where they can.</summary>
    public static string? WhyNot(Type type)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            return "no hashing was generated for it, and native AOT cannot make it at run time. Use the type as a key in a contract";
        }

        if (ComparesParts(type) || ComparesReferences(type))
        {
            return null;
        }

        return "it decides by itself what is equal, and its hash code may let a peer choose keys that collide. "
            + "Make it a record or a tuple, or send a list of pairs";
    }

    /// <summary>The comparer; asked only if <see cref="WhyNot"/> has no objection.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameter has no requirements.")]
    public static IEqualityComparer<T> MakeComparer<T>()
    {
        if (!ComparesParts(typeof(T)))
        {
            return EqualityComparer<T>.Default;
        }

        List<Func<T, int>> parts = [];

        foreach (FieldInfo field in FieldsOf(typeof(T)))
        {
            ParameterExpression key = Expression.Parameter(typeof(T));
            MethodInfo hash = Hash.MakeGenericMethod(field.FieldType);
            MemberExpression part = Expression.Field(Expression.Convert(key, field.DeclaringType!), field);
            parts.Add(Expression.Lambda<Func<T, int>>(Expression.Call(hash, part), key).Compile());
        }

        return new PartsKeyComparer<T>([.. parts]);
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2070",
        Justification = "Guarded: not reached under native AOT; a record's own methods are not trimmed without it.")]
    private static bool ComparesParts(Type type)
    {
        if (type.IsGenericType && type.FullName!.StartsWith("System.", StringComparison.Ordinal))
        {
            return type.FullName.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
                || type.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal)
                || type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>) || type.GetGenericTypeDefinition() == typeof(Nullable<>);
        }

        if (type.GetMethod(nameof(Equals), [type]) is { } equals && equals.DeclaringType == type)
        {
            return equals.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);
        }

        return type.IsValueType && !type.IsPrimitive && !type.IsEnum && type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType == typeof(ValueType);
    }

    /// <summary>Objects that are equal to themselves only: the hash of a reference is nobody's choice.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As above.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    private static bool ComparesReferences(Type type)
        => type is { IsClass: true, IsAbstract: false } && type != typeof(object)
            && type.GetMethod(nameof(Equals), [typeof(object)])?.DeclaringType == typeof(object)
            && !type.IsAssignableTo(typeof(IEquatable<>).MakeGenericType(type));

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "As above.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "As above.")]
    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (Type? level = type; level is not null && level != typeof(object) && level != typeof(ValueType); level = level.BaseType)
        {
            foreach (FieldInfo field in level.GetFields(OwnFields))
            {
                yield return field;
            }
        }
    }
}
