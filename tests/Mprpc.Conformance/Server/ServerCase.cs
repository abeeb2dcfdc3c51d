using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Bytes into a server, and what must come out.</summary>
/// <param name="Id">As in the README's tables; a case with one variant a profile has a letter after its number.</param>
/// <param name="Sends">The vector, in the words of <see cref="Hex"/>.</param>
/// <param name="Expects">What must come back.</param>
/// <param name="Why">Who sends this, or what breaks without it.</param>
public sealed record ServerCase(string Id, string Sends, Expectation Expects, string Why)
{
    /// <summary>How the listener must be set up.</summary>
    public Profile Profile { get; init; }

    /// <summary>Whether a FIN follows the bytes.</summary>
    public bool Fin { get; init; }

    /// <summary>Our choice where implementations disagree; another server may well do otherwise.</summary>
    public bool IsPolicy { get; init; }

    /// <summary>The vector's bytes.</summary>
    public byte[] Bytes { get; } = Hex.Parse(Sends);

    /// <inheritdoc/>
    public override string ToString() => Id;
}
