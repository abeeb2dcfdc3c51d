using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Refused one way or the other; the runner then calls on a second connection, to see that the process lives.</summary>
internal sealed record ErrorOrClose(uint MessageId) : Expectation("an error or a close, and the process lives")
{
    public override bool StaysOpen => false;

    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(CloseWithin);
        bool refused = answer is null
            || (answer is { Items: [_, var id, { Kind: not WireKind.Nil }, _] } && id.Number == MessageId);
        return refused ? null : answer!.ToString();
    }
}
