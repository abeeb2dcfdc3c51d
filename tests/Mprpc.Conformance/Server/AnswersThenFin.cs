using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>This answer, then an orderly FIN: who half-closes has still asked.</summary>
internal sealed record AnswersThenFin(string Message) : Expectation($"{Hex.Print(Hex.Parse(Message))}, then FIN")
{
    public override bool StaysOpen => false;

    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        if (await new Answers(true, Message).VerifyAsync(socket) is string wrong)
        {
            return wrong;
        }

        if (!await socket.ReadEndAsync(CloseWithin))
        {
            return $"the answer, then bytes {Hex.Print(socket.Unread)}";
        }

        return socket.EndedInOrder == true ? null : "the answer, then a reset";
    }
}
