using System.Globalization;

namespace Mprpc.Serialization;

/// <summary>Names a type as a C# author writes it.</summary>
internal static class TypeName
{
    public static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        if (type.IsArray)
        {
            return Of(type.GetElementType()!) + "[]";
        }

        // A type within a generic one has the arguments of that, and a number in its name only for its own.
        if (type.IsGenericType)
        {
            int arity = type.Name.IndexOf('`', StringComparison.Ordinal);

            // A type nested in a generic one has its arguments too, and no arity of its own in its name.
            if (arity < 0)
            {
                return type.Name;
            }

            int own = int.Parse(type.Name.AsSpan(arity + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            return $"{type.Name[..arity]}<{string.Join(", ", type.GetGenericArguments().TakeLast(own).Select(Of))}>";
        }

        return Type.GetTypeCode(type) switch
        {
            _ when type.IsEnum => type.Name,
            TypeCode.Int32 => "int",
            TypeCode.Int64 => "long",
            TypeCode.Int16 => "short",
            TypeCode.UInt32 => "uint",
            TypeCode.UInt64 => "ulong",
            TypeCode.UInt16 => "ushort",
            TypeCode.Byte => "byte",
            TypeCode.SByte => "sbyte",
            TypeCode.Boolean => "bool",
            TypeCode.Double => "double",
            TypeCode.Single => "float",
            TypeCode.Decimal => "decimal",
            TypeCode.String => "string",
            _ => type == typeof(object) ? "object" : type.Name,
        };
    }
}
