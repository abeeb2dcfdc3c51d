using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>The connection ends within a second, by FIN or reset, without an answer.</summary>
internal sealed record Close() : Expectation("close within 1 s, no answer")
{
    public override bool StaysOpen => false;

    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        try
        {
            return await socket.ReadEndAsync(CloseWithin) ? null : $"bytes {Hex.Print(socket.Unread)}";
        }
        catch (TimeoutException)
        {
            return "still open after 1 s";
        }
    }
}
