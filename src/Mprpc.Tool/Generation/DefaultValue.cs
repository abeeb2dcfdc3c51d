using System.Text.Json;
using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>Default values that a language can write behind a parameter.</summary>
internal static class DefaultValue
{
    /// <summary>
    /// The parameters that get a default: the last ones, from the first on behind which all have one that is null, a truth value, a number or a text. A client
    /// sends all arguments, so a default that cannot be written is to be given by who calls.
    /// </summary>
    public static int FirstOptional(MethodDescription method)
    {
        int first = method.Parameters.Count;

        while (first > 0 && (method.Parameters[first - 1].IsRest || IsSimple(method.Parameters[first - 1])))
        {
            first--;
        }

        return first;
    }

    private static bool IsSimple(ParameterDescription parameter)
    {
        if (parameter.Default is null)
        {
            return false;
        }

        using JsonDocument value = JsonDocument.Parse(parameter.Default);
        return value.RootElement.ValueKind switch
        {
            JsonValueKind.Null => parameter.Type.IsNullable || parameter.Type.Name == TypeNames.Nil,
            JsonValueKind.True or JsonValueKind.False => parameter.Type.Name == TypeNames.Boolean,
            JsonValueKind.Number => parameter.Type.Name is not (TypeNames.Any or TypeNames.Text or TypeNames.Bytes or TypeNames.Timestamp),
            JsonValueKind.String => parameter.Type.Name == TypeNames.Text,
            _ => false,
        };
    }
}
