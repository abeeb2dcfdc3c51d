namespace Mprpc.Conformance;

/// <summary>How one case ended.</summary>
/// <param name="Id">The case.</param>
/// <param name="Verdict">Pass, fail or skip.</param>
/// <param name="Expected">What the table says.</param>
/// <param name="Actual">What was seen; of a skipped case, the reason.</param>
public sealed record CaseResult(string Id, CaseVerdict Verdict, string Expected, string Actual)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Verdict}. Expected: {Expected}. Actual: {Actual}.";
}
