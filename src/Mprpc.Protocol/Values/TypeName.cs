namespace Mprpc;

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
            // None in the name of a type that is generic only by the one around it.
            int end = type.Name.IndexOf('`', StringComparison.Ordinal);
            string name = end < 0 ? type.Name : type.Name[..end];
            return $"{name}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
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
