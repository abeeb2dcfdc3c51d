namespace Mprpc.Conformance.Client;

/// <summary>What a server does to a client, and how the client's calls must end.</summary>
/// <param name="Id">As in the README's tables.</param>
/// <param name="Script">The server's steps, in the words of <see cref="ClientCaseServer"/>.</param>
/// <param name="Waves">The client's calls: those of one wave start together, the next wave when all of them have ended.</param>
/// <param name="Why">Who sends this, or what breaks without it.</param>
public sealed record ClientCase(string Id, IReadOnlyList<string> Script, IReadOnlyList<IReadOnlyList<ClientCall>> Waves, string Why)
{
    /// <summary>The client options that it needs.</summary>
    public ClientProfile Profile { get; init; } = ClientProfile.Default;

    /// <summary>Every wave must have ended within this: one second where the table says "at once".</summary>
    public TimeSpan WaveWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the client rests before the next wave: the case's next call comes after the client can have seen what the server did.</summary>
    public TimeSpan Rest { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Id;
}
