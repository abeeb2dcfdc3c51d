using System.Collections.ObjectModel;
using System.Reflection;

namespace Mprpc.Binding;

/// <summary>
/// What nullable annotations say of a type and of the types that it is made of, as the C# compiler leaves them in metadata. .NET's own NullabilityInfoContext
/// says of <c>T</c> in a generic type that it may be null, whatever the contract says.
/// </summary>
/// <remarks>https://github.com/dotnet/roslyn/blob/main/docs/features/nullable-metadata.md</remarks>
internal sealed class NullableParts
{
    private const string Attribute = "System.Runtime.CompilerServices.NullableAttribute";
    private const string Context = "System.Runtime.CompilerServices.NullableContextAttribute";
    private const byte Annotated = 2;

    private NullableParts(bool isNullable, IReadOnlyList<NullableParts> parts)
    {
        IsNullable = isNullable;
        Parts = parts;
    }

    public bool IsNullable { get; }

    /// <summary>The element of an array; else the type arguments. None of a type parameter, whatever stands for it.</summary>
    public IReadOnlyList<NullableParts> Parts { get; }

    /// <param name="type">The type as it is declared, type parameters and all.</param>
    /// <param name="declaration">The parameter, property or field of that type.</param>
    /// <param name="member">The method, property or field around it.</param>
    public static NullableParts Of(Type type, ICustomAttributeProvider declaration, MemberInfo member)
    {
        int next = 0;
        return Read(type, FlagsOf(declaration, member), ref next);
    }

    private static NullableParts Read(Type type, byte[] flags, ref int next)
    {
        // T? of a value type has no flag of its own.
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Read(underlying, flags, ref next);
        }

        bool hasFlag = !type.IsValueType || type.IsGenericType;
        bool isNullable = hasFlag && FlagAt(flags, next++) == Annotated;
        Type[] parts = type.IsArray ? [type.GetElementType()!] : type.IsGenericType ? type.GetGenericArguments() : [];
        List<NullableParts> read = [];

        foreach (Type part in parts)
        {
            read.Add(Read(part, flags, ref next));
        }

        return new NullableParts(isNullable, read);
    }

    // A single flag is that of all.
    private static byte FlagAt(byte[] flags, int index) => flags.Length == 1 ? flags[0] : flags.ElementAtOrDefault(index);

    private static byte[] FlagsOf(ICustomAttributeProvider declaration, MemberInfo member)
    {
        IEnumerable<CustomAttributeData> own = declaration is ParameterInfo parameter ? parameter.GetCustomAttributesData() : member.GetCustomAttributesData();

        if (Find(own, Attribute) is { } given)
        {
            return given;
        }

        for (MemberInfo? around = member; around is not null; around = around.DeclaringType)
        {
            if (Find(around.GetCustomAttributesData(), Context) is { } context)
            {
                return context;
            }
        }

        return Find(member.Module.GetCustomAttributesData(), Context) ?? [0];
    }

    private static byte[]? Find(IEnumerable<CustomAttributeData> attributes, string name)
        => attributes.FirstOrDefault(attribute => attribute.AttributeType.FullName == name)?.ConstructorArguments[0].Value switch
        {
            byte flag => [flag],
            ReadOnlyCollection<CustomAttributeTypedArgument> flags => [.. flags.Select(flag => (byte)flag.Value!)],
            _ => null,
        };
}
