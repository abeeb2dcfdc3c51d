using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Resolvers;

namespace Mprpc.Serialization;

/// <summary>MessagePack as docs/protocol.md 7 wants it: what a peer sent is data, and chooses neither types nor colliding keys nor sizes.</summary>
internal sealed class SafeSetup : MessagePackSetup
{
    private static readonly DataResolver DefaultResolver = new(ValueResolver.Instance);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The lowest class of the room cannot name the highest one; nothing is made before it is asked for.")]
    internal static void Register() => Current = new SafeSetup();

    public override MessagePackSerializerOptions Make(IFormatterResolver? resolver)
        => new DataOptions(MessagePackSerializerOptions.Standard
            .WithResolver(resolver is null ? DefaultResolver : WithOwnFormatters(resolver))
            .WithSecurity(KeySecurity.Instance)
            .WithPool(BoundedPool.Sequences));

    private static GuardedResolver WithOwnFormatters(IFormatterResolver resolver)
    {
        if (resolver is TypelessObjectResolver or TypelessContractlessStandardResolver || DataResolver.IsTypeless(resolver))
        {
            throw new ArgumentException(
                $"{resolver.GetType().Name} loads whatever type a peer names, or asks a resolver that does. Allowed is any resolver that takes types from the "
                + "contract, such as StandardResolver or ContractlessStandardResolver.",
                nameof(resolver));
        }

        return new GuardedResolver(new DataResolver(resolver));
    }
}
