namespace Mprpc.Testing;

/// <summary>A call that has reached a fake server.</summary>
public sealed class MprpcFakeCall
{
    private readonly MprpcSerializerOptions _serializer;

    internal MprpcFakeCall(string method, bool isNotification, IReadOnlyList<MprpcRaw> arguments, MprpcSerializerOptions serializer)
    {
        Method = method;
        IsNotification = isNotification;
        Arguments = arguments;
        _serializer = serializer;
    }

    /// <summary>The wire name that was called.</summary>
    public string Method { get; }

    /// <summary>Whether no answer is expected.</summary>
    public bool IsNotification { get; }

    /// <summary>The arguments as they came.</summary>
    public IReadOnlyList<MprpcRaw> Arguments { get; }

    /// <summary>Reads an argument; throws a <c>MessagePackSerializationException</c> where it is of another type.</summary>
    /// <typeparam name="T">The type to read it as.</typeparam>
    /// <param name="index">Its position, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer arguments.</exception>
    public T Argument<T>(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Arguments.Count);
        return Arguments[index].Deserialize<T>(_serializer);
    }

    /// <summary>The call as it would be written in code.</summary>
    public override string ToString() => $"{Method}({string.Join(", ", Arguments)})";
}
