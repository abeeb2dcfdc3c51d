using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>What a server must do with a case's bytes; null from <see cref="VerifyAsync"/> means that it did.</summary>
/// <param name="Text">As the report's "expected" prints it.</param>
public abstract record Expectation(string Text)
{
    /// <summary>How long any one answer may take: far above what a loaded machine needs.</summary>
    protected static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    /// <summary>A peer that breaks the wire is closed within this.</summary>
    protected static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    /// <summary>Whether the connection must go on serving: the runner then sends S1 and wants its answer, and nothing before it.</summary>
    public virtual bool StaysOpen => true;

    /// <summary>Reads the connection; null when all is as expected, else what came instead.</summary>
    public abstract Task<string?> VerifyAsync(WireSocket socket);

    /// <inheritdoc/>
    public override string ToString() => Text;
}
