using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>How the call of a stream ends: with a result where <paramref name="Error"/> is null, else with a text that begins so.</summary>
internal sealed record StreamEnd(string? Error)
{
    public bool IsMetBy(WireValue error)
        => Error is null ? error.Kind == WireKind.Nil : error.Kind == WireKind.Text && error.Text.StartsWith(Error, StringComparison.Ordinal);

    public override string ToString() => Error is null ? "a result" : $"an error \"{Error}\"";
}
