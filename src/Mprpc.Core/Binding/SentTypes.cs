using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>Checks at start-up that what methods take and return can be sent at all: else the first call would say so, or lose it.</summary>
internal static class SentTypes
{
    /// <exception cref="InvalidOperationException">A type cannot be sent; the message names method, type, reason and remedy.</exception>
    public static IReadOnlyList<RpcMethod> Check(IReadOnlyList<RpcMethod> methods, MprpcSerializerOptions serializer)
    {
        foreach (RpcMethod method in methods)
        {
            foreach (Type type in method.Description.SentTypes)
            {
                if (StreamRules.InMembers(type) is { } stream)
                {
                    throw new InvalidOperationException(
                        $"{method} cannot be served: {TypeName.Of(type)} has a {TypeName.Of(stream)} inside, and a stream stands by itself. "
                        + "Send a list in it, give the stream to the method as a parameter of its own, or keep the method off the wire with [MprpcIgnore].");
                }

                if (AnyValueWriter.OfType(type).WhyNot(serializer) is { } reason)
                {
                    throw new InvalidOperationException(
                        $"{method} cannot be served: {TypeName.Of(type)} cannot be sent: {reason}. Or keep the method off the wire with [MprpcIgnore].");
                }
            }
        }

        return methods;
    }
}
