using Mprpc.Dispatch;
using Mprpc.Messages;

namespace Mprpc;

/// <summary>A call as filters see it: its context, its arguments, its result.</summary>
/// <remarks>Valid until the call has ended. Not safe for concurrent use.</remarks>
public abstract class MprpcInvocation
{
    private protected MprpcInvocation(CallContext context, RpcMethod method, CallArguments arguments)
    {
        CallContext = context;
        RpcMethod = method;
        Arguments = arguments;
    }

    /// <summary>The call's context: method, caller, services, connection.</summary>
    public MprpcCallContext Context => CallContext;

    /// <summary>
    /// What is known of the method: the attributes of its class and contract interface and of the method in both, and what the mapping has added; the most specific last.
    /// </summary>
    public IReadOnlyList<object> Metadata => RpcMethod.Metadata;

    /// <summary>How many arguments the peer sent; fewer than the method takes where it leaves optional ones out.</summary>
    public int ArgumentCount => Arguments.Count;

    /// <summary>
    /// What the method returned, in a box where it is a value type; null before it has run, for a method without a result, and for a null. Setting it replaces the result; set before the
    /// method has run, it takes the method's place.
    /// </summary>
    /// <exception cref="ArgumentException">The value set is not of the method's result type.</exception>
    public abstract object? Result { get; set; }

    internal CallContext CallContext { get; }

    internal RpcMethod RpcMethod { get; }

    /// <summary>What the caller is told in place of a result, if the call was refused.</summary>
    internal RpcError? Refusal { get; private set; }

    private protected CallArguments Arguments { get; }

    /// <summary>Reads an argument.</summary>
    /// <typeparam name="T">The type to read it as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="index">Its position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="MprpcException">The peer sent a value of another type; what it says is meant for the peer.</exception>
    public T GetArgument<T>(int index) => Arguments.Get<T>(index, RpcMethod);

    /// <summary>Replaces an argument; the method, and filters further inside, see the new value.</summary>
    /// <typeparam name="T">The type to write it as.</typeparam>
    /// <param name="index">Its position, from 0; <see cref="ArgumentCount"/> adds an optional one that the peer left out.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public void SetArgument<T>(int index, T value) => Arguments.Set(index, value, RpcMethod);

    /// <summary>Answers with an error, without the price of an exception.</summary>
    internal void Refuse(in RpcError error) => Refusal = error;

    /// <summary>Runs the method.</summary>
    internal abstract ValueTask InvokeMethodAsync();
}
