using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Client;

/// <summary>A call that a case's client makes, and how it must end.</summary>
public sealed record ClientCall(params ClientOutcomeKind[] EndsWith)
{
    /// <summary>The method's name.</summary>
    public string Method { get; init; } = "sum";

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<object?> Arguments { get; init; } = [1, 2];

    /// <summary>Whether the result is read as a stream: what came of it is the value, an array, also before an error.</summary>
    public bool IsStream { get; init; }

    /// <summary>After how many items the reading stops; null: at the end.</summary>
    public int? Take { get; init; }

    /// <summary>The items of a stream that is the only argument; null: it has none.</summary>
    public IReadOnlyList<int>? Feeds { get; init; }

    /// <summary>Whether the source of that stream goes on behind its items, until it is disposed.</summary>
    public bool FeedIsEndless { get; init; }

    /// <summary>The msgid to ask for, where the client has the hook.</summary>
    public uint? MessageId { get; init; }

    /// <summary>The result in the words of <see cref="Hex"/>; integers are compared by number, str and bin by payload.</summary>
    public string? Value { get; init; }

    /// <summary>The error's message; null: any.</summary>
    public string? Message { get; init; }

    /// <summary>The error's code; null: any or none.</summary>
    public string? Code { get; init; }

    /// <summary>The error's data; null: any or none.</summary>
    public string? Data { get; init; }

    /// <summary>Whether it ended so.</summary>
    public bool IsMetBy(ClientOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return EndsWith.Contains(outcome.Kind)
            && (Value is null || IsSame(Value, outcome.Value))
            && (Message is null || Message == outcome.Message)
            && (Code is null || Code == outcome.Code)
            && (Data is null || IsSame(Data, outcome.Data));
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Join(" or ", EndsWith)
            + (Value is null ? "" : $" {Value}")
            + (Message is null ? "" : $" \"{Message}\"")
            + (Code is null ? "" : $", code {Code}")
            + (Data is null ? "" : $", data {Data}");

    private static bool IsSame(string expected, ReadOnlyMemory<byte> actual)
        => !actual.IsEmpty && WireDecoder.Read(Hex.Parse(expected)).Means(WireDecoder.Read(actual.Span));
}
