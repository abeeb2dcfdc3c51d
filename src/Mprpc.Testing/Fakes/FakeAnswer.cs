using Mprpc.Messages;

namespace Mprpc.Testing.Fakes;

/// <summary>What a fake server does with one call.</summary>
internal sealed class FakeAnswer
{
    private readonly MprpcRaw _value;
    private readonly bool _isError;

    private FakeAnswer(MprpcRaw value, bool isError)
    {
        _value = value;
        _isError = isError;
    }

    /// <summary>Silence.</summary>
    public static FakeAnswer None { get; } = new(default, isError: false);

    /// <summary>The connection is reset.</summary>
    public static FakeAnswer Disconnect { get; } = new(default, isError: false);

    public static FakeAnswer Result(MprpcRaw value) => new(value, isError: false);

    /// <summary>The message alone, or with its code as clients read it from any server (docs/protocol.md 3.4).</summary>
    public static FakeAnswer Error(string message, string? code) => new(code is null ? MprpcRaw.From(message) : MprpcRaw.From<object[]>([code, message]), isError: true);

    /// <summary>Logging in succeeds where the test says nothing of it; everything else is an error that tells what to write.</summary>
    public static FakeAnswer Unscripted(string method)
        => method == AuthenticateMethod.Name ? Result(default) : Error($"The fake server was not told what to do with '{method}'. Say it with server.On(\"{method}\").Returns(...).", code: null);

    // docs/protocol.md 3.2: [1, msgid, error, result]
    public MprpcWriter Write(long messageId, MprpcSerializerOptions serializer)
    {
        MprpcWriter writer = MprpcWriter.Rent(serializer);
        writer.WriteArrayHeader(4);
        writer.WriteInt64((long)MessageKind.Response);
        writer.WriteInt64(messageId);
        writer.Write(_isError ? _value : default(MprpcRaw));
        writer.Write(_isError ? default(MprpcRaw) : _value);
        return writer;
    }
}
