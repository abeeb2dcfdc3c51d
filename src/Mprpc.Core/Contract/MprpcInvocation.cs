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

    /// <summary>The method's parameters that stand on the wire, in their order: names, types, attributes, defaults.</summary>
    public abstract IReadOnlyList<MprpcParameterInfo> Parameters { get; }

    /// <summary>How many arguments the peer sent; fewer than the method takes where it leaves optional ones out.</summary>
    public abstract int ArgumentCount { get; }

    /// <summary>
    /// What the method returned, in a box where it is a value type; null before it has run, for a method without a result, and for a null. Setting it replaces
    /// the result; set before the method has run, it takes the method's place.
    /// </summary>
    /// <exception cref="ArgumentException">The value set is not of the method's result type.</exception>
    public abstract object? Result { get; set; }

    /// <summary>
    /// Reads what the method will get for a parameter, by the parameter's declared type: a record for a record; the default value if the peer left it out; of a
    /// <c>params</c> array, the array of all arguments from there on.
    /// </summary>
    /// <param name="index">The parameter's position in <see cref="Parameters"/>, from 0.</param>
    /// <returns>
    /// A value of the filter's own: the method reads the same bytes again, and sees no change to an object that was got here. <see cref="SetArgument"/> changes
    /// what it sees.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such parameter.</exception>
    /// <exception cref="MprpcException">The peer sent a value of another type, or too few or too many arguments. If the filter does not catch it, the caller
    /// is told what it is told without the filter.</exception>
    public abstract object? GetArgument(int index);

    /// <summary>Reads an argument.</summary>
    /// <typeparam name="T">The type to read it as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="index">Its position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="MprpcException">The peer sent a value of another type; what it says is meant for the peer.</exception>
    public abstract T GetArgument<T>(int index);

    /// <summary>Replaces an argument; the method, and filters further inside, see the new value.</summary>
    /// <typeparam name="T">The type to write it as; for <see cref="object"/> the declared type, if the value is of it, else the value's own.</typeparam>
    /// <param name="index">Its position, from 0; <see cref="ArgumentCount"/> adds an optional one that the peer left out.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public abstract void SetArgument<T>(int index, T value);
}
