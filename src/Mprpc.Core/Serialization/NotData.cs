using System.Collections.Concurrent;

namespace Mprpc.Serialization;

/// <summary>Types whose values are no data: neither read nor written, wherever they stand. The analyzer's MPRPC020 says so in the build.</summary>
internal static class NotData
{
    private static readonly ConcurrentDictionary<Type, string?> Reasons = new();

    /// <summary>Why a type is not read and not written; null where it is data.</summary>
    public static string? WhyNot(Type type) => Reasons.GetOrAdd(type, static type =>
    {
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            string name = NameOf(at);

            if (NotDataNames.OfRuntime.Contains(name))
            {
                return "it is not data: with it a peer could name anything in the process. Send a string or a number, and look up the object";
            }

            if (NotDataNames.SlowToFill.Contains(name))
            {
                return "filling it takes time out of proportion to the bytes that are sent. Use a Dictionary, or a class with the members";
            }
        }

        return null;
    });

    /// <summary>Without the number of type parameters, as the generator has it.</summary>
    private static string NameOf(Type type) => $"{type.Namespace}.{type.Name.Split('`')[0]}";
}
