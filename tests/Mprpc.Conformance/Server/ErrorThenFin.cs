using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>An error to this msgid, then the server's own FIN.</summary>
internal sealed record ErrorThenFin(uint MessageId) : Expectation($"an error to {MessageId}, then FIN")
{
    public override bool StaysOpen => false;

    public override async Task<string?> VerifyAsync(WireSocket socket)
        => await new ErrorAnswer(MessageId).VerifyAsync(socket)
            ?? (await socket.ReadEndAsync(AnswerWithin) ? null : $"bytes {Hex.Print(socket.Unread)}");
}
