namespace Mprpc.Interop.Tests.Peers;

/// <summary>How one case went with one peer.</summary>
/// <param name="Case">The case's name, as tests/peers/README.md has it.</param>
/// <param name="Verdict">Whether it went well.</param>
/// <param name="Detail">What came instead, or why it was not tried.</param>
public sealed record Cell(string Case, CellVerdict Verdict, string Detail = "");
