using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Client;

/// <summary>What a call came back with.</summary>
public sealed record ClientOutcome(ClientOutcomeKind Kind)
{
    /// <summary>The result as MessagePack.</summary>
    public ReadOnlyMemory<byte> Value { get; private init; }

    /// <summary>The error's text for a person.</summary>
    public string? Message { get; private init; }

    /// <summary>The error's code, where it has one; an integer in decimal.</summary>
    public string? Code { get; private init; }

    /// <summary>What else came with the error, as MessagePack; empty: nothing.</summary>
    public ReadOnlyMemory<byte> Data { get; private init; }

    /// <summary>A result.</summary>
    public static ClientOutcome Result(ReadOnlyMemory<byte> encoded) => new(ClientOutcomeKind.Result) { Value = encoded };

    /// <summary>The server's error.</summary>
    public static ClientOutcome RemoteError(string? message, string? code, ReadOnlyMemory<byte> data)
        => new(ClientOutcomeKind.RemoteError) { Message = message, Code = code, Data = data };

    /// <summary>The same, after items of a stream.</summary>
    public ClientOutcome After(ReadOnlyMemory<byte> items) => this with { Value = items };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        ClientOutcomeKind.Result => $"result {Hex.Print(Value.Span)}",
        ClientOutcomeKind.RemoteError => $"error \"{Message}\", code {Code ?? "none"}, data {(Data.IsEmpty ? "none" : Hex.Print(Data.Span))}",
        _ => Kind.ToString(),
    };
}
