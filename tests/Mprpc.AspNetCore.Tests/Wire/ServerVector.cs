namespace Mprpc.AspNetCore.Tests.Wire;

/// <summary>Bytes into the server, and what comes out.</summary>
/// <param name="Case">The name: its number in the table of cases, and what it is about.</param>
/// <param name="Input">What is sent.</param>
/// <param name="Output">The messages that are answered, as <see cref="MessagePattern"/> writes them, sorted where they may come in any order.</param>
/// <param name="End">What becomes of the connection.</param>
/// <param name="Then">What is sent when the first answer has come; where there is something, the order of the answers matters.</param>
internal sealed record ServerVector(string Case, string Input, string[] Output, After End = After.Open, string? Then = null)
{
    public byte[] Bytes => Hex.Bytes(Input);
}
