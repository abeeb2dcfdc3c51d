using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.ImmutableCollection;
using MessagePack.Resolvers;

namespace Mprpc;

/// <summary>MessagePack's formatters of .NET's generic types: collections, tuples.</summary>
[RequiresDynamicCode("Makes formatters at run time.")]
internal static class DotNetFormatters
{
    private static readonly IFormatterResolver[] Resolvers = [DynamicGenericResolver.Instance, ImmutableCollectionResolver.Instance];

    public static IMessagePackFormatter<T>? Find<T>() => Resolvers.Select(resolver => resolver.GetFormatter<T>()).FirstOrDefault(formatter => formatter is not null);
}
