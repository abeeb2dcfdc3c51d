namespace Mprpc;

/// <summary>A call as filters see it: its context, its arguments, its result.</summary>
/// <remarks>Valid until the call has ended. Not safe for concurrent use.</remarks>
public abstract class MprpcInvocation
{
    private protected MprpcInvocation()
    {
    }

    /// <summary>The call's context: method, caller, services, connection.</summary>
    public abstract MprpcCallContext Context { get; }

    /// <summary>
    /// What is known of the method: the attributes of its class and contract interface and of the method in both, and what the mapping has added; the most
    /// specific last.
    /// </summary>
    public abstract IReadOnlyList<object> Metadata { get; }

    /// <summary>How many arguments the peer sent; fewer than the method takes where it leaves optional ones out.</summary>
    public abstract int ArgumentCount { get; }

    /// <summary>
    /// What the method returned, in a box where it is a value type; null before it has run, for a method without a result, and for a null. Setting it replaces
    /// the result; set before the method has run, it takes the method's place.
    /// </summary>
    /// <exception cref="ArgumentException">The value set is not of the method's result type.</exception>
    public abstract object? Result { get; set; }

    /// <summary>Reads an argument.</summary>
    /// <typeparam name="T">The type to read it as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="index">Its position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="MprpcException">The peer sent a value of another type; what it says is meant for the peer.</exception>
    public abstract T GetArgument<T>(int index);

    /// <summary>Replaces an argument; the method, and filters further inside, see the new value.</summary>
    /// <typeparam name="T">The type to write it as.</typeparam>
    /// <param name="index">Its position, from 0; <see cref="ArgumentCount"/> adds an optional one that the peer left out.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public abstract void SetArgument<T>(int index, T value);
}
