using MessagePack;

namespace Mprpc;

/// <summary>A call or a notification of a client as its filters see it: the method, the options, the arguments, the result.</summary>
/// <remarks>Valid until the call has ended. Not safe for concurrent use.</remarks>
public abstract class MprpcClientInvocation
{
    private protected MprpcClientInvocation()
    {
    }

    /// <summary>The method's wire name.</summary>
    public abstract string Method { get; }

    /// <summary>Whether the server answers nothing. A notification has no result, and its timeout is the time to be sent in.</summary>
    public abstract bool IsNotification { get; }

    /// <summary>
    /// The timeout, token and metadata with which the call is sent; a filter may replace them: <c>call.Options = call.Options with { ... }</c>. The timeout is
    /// that of the whole call, from before its first filter: what filters and earlier attempts have used is no longer there for the next. To limit a single
    /// attempt, set a token. Metadata that is there may belong to other calls too: set new metadata, do not change it.
    /// </summary>
    public abstract MprpcCallOptions Options { get; set; }

    /// <summary>How many arguments the call has.</summary>
    public abstract int ArgumentCount { get; }

    /// <summary>The type that the caller reads the result as; null if the call has none.</summary>
    public abstract Type? ResultType { get; }

    /// <summary>
    /// The result, in a box where it is a value type; null before the call was made, for a call without a result, and for a null. Setting it
    /// replaces the result; set without a call of what follows, it takes the server's place.
    /// </summary>
    /// <exception cref="ArgumentException">The value set is not a <see cref="ResultType"/>.</exception>
    public abstract object? Result { get; set; }

    /// <summary>Reads an argument, from the bytes that are sent.</summary>
    /// <typeparam name="T">The type to read it as; <see cref="MprpcRaw"/> takes any.</typeparam>
    /// <param name="index">Its position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="MessagePackSerializationException">The argument is of another type.</exception>
    public abstract T GetArgument<T>(int index);

    /// <summary>Replaces an argument; filters further inside, and the server, see the new value.</summary>
    /// <typeparam name="T">The type to write it as.</typeparam>
    /// <param name="index">Its position, from 0; <see cref="ArgumentCount"/> adds one.</param>
    /// <param name="value">The new value.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    /// <exception cref="MessagePackSerializationException">The value cannot be encoded.</exception>
    public abstract void SetArgument<T>(int index, T value);
}
