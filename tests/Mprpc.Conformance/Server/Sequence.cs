using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>One expectation after the other.</summary>
internal sealed record Sequence(params Expectation[] Parts) : Expectation(string.Join("; ", Parts.Select(part => part.Text)))
{
    public override bool StaysOpen => Parts[^1].StaysOpen;

    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        foreach (Expectation part in Parts)
        {
            if (await part.VerifyAsync(socket) is string wrong)
            {
                return $"{wrong} instead of {part.Text}";
            }
        }

        return null;
    }
}
