using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.ImmutableCollection;
using MessagePack.Resolvers;

namespace Mprpc.Serialization;

/// <summary>MessagePack's formatters of .NET's generic types: collections, tuples.</summary>
[RequiresDynamicCode("Makes formatters at run time.")]
internal static class DotNetFormatters
{
    // Immutable ones first: the other takes some of them for collections that can be filled.
    private static readonly IFormatterResolver[] Resolvers = [ImmutableCollectionResolver.Instance, DynamicGenericResolver.Instance];

    public static IMessagePackFormatter<T>? Find<T>()
        => Resolvers.Select(resolver => resolver.GetFormatter<T>()).FirstOrDefault(formatter => formatter is not null);
}
