using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Testing.Fakes;

/// <summary>What a fake server does with one call.</summary>
internal sealed class FakeAnswer
{
    private readonly MprpcRaw _value;
    private readonly RpcError? _error;

    private FakeAnswer(MprpcRaw value, RpcError? error)
    {
        _value = value;
        _error = error;
    }

    /// <summary>Silence.</summary>
    public static FakeAnswer None { get; } = new(default, error: null);

    /// <summary>The connection is reset.</summary>
    public static FakeAnswer Disconnect { get; } = new(default, error: null);

    public static FakeAnswer Result(MprpcRaw value) => new(value, error: null);

    public static FakeAnswer Error(string message, string? code = null, object? data = null)
        => new(default, new RpcError(RpcErrorKind.Handler, message, code, data));

    /// <summary>Logging in succeeds where the test says nothing of it; everything else is an error that tells what to write.</summary>
    public static FakeAnswer Unscripted(string method)
        => method == AuthenticateMethod.Name
            ? Result(default)
            : Error($"The fake server has no instruction for '{method}'. Add one with server.On(\"{method}\").Returns(...).");

    /// <summary>Writes the response, as a server does.</summary>
    public MprpcWriter Write(long messageId, MprpcSerializerOptions serializer, MprpcErrorShape shape)
    {
        MprpcWriter writer = MprpcWriter.Rent(serializer);

        if (_error is { } error)
        {
            ResponseWriter.WriteError(writer, messageId, error, shape);
        }
        else
        {
            ResponseWriter.WriteResult(writer, messageId, _value);
        }

        return writer;
    }
}
