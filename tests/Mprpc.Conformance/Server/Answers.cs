using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Exactly these messages, byte for byte.</summary>
internal sealed record Answers(bool InOrder, params string[] Messages) : Expectation(Describe(InOrder, Messages))
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        List<byte[]> missing = [.. Messages.Select(Hex.Parse)];
        var actual = new List<string>();
        while (missing.Count > 0)
        {
            WireValue? answer = await socket.ReadAsync(AnswerWithin);
            actual.Add(answer is null ? "close" : answer.ToString());
            int index = answer is null ? -1 : missing.FindIndex(message => message.AsSpan().SequenceEqual(answer.Encoded));
            if (index < 0 || (InOrder && index > 0))
            {
                return string.Join(", ", actual);
            }

            missing.RemoveAt(index);
        }

        return null;
    }

    private static string Describe(bool inOrder, string[] messages)
        => messages.Length == 0
            ? "nothing, open"
            : string.Join(", ", messages.Select(m => Hex.Print(Hex.Parse(m)))) + (messages.Length > 1 && !inOrder ? " in any order" : "");
}
