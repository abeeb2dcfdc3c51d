using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Exactly these messages, byte for byte; only the items of a stream may come in several messages where one is expected.</summary>
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
            byte[]? rest = null;
            if (index < 0 && answer is not null)
            {
                index = missing.FindIndex(message => (rest = RestOfItems(message, answer.Encoded)) is not null);
            }

            if (index < 0 || (InOrder && index > 0))
            {
                return string.Join(", ", actual);
            }

            if (rest is null)
            {
                missing.RemoveAt(index);
            }
            else
            {
                missing[index] = rest;
            }
        }

        return null;
    }

    /// <summary>
    /// What is left of the items of a stream, [2, "$/item", [number, items]], when the first of them have come: in how many messages a server sends them is its
    /// own affair, and depends on how fast its machine is. Null: the message is no such part.
    /// </summary>
    private static byte[]? RestOfItems(byte[] expected, ReadOnlySpan<byte> part)
    {
        ReadOnlySpan<byte> beginning = Hex.Parse("93 02 ITEM 92");
        int items = beginning.Length + 2;       // a number below 128, and a fixarray
        if (!part.StartsWith(beginning) || part.Length <= items || !expected.AsSpan().StartsWith(part[..(items - 1)]))
        {
            return null;
        }

        int count = (expected[items - 1] & 0x0f) - (part[items - 1] & 0x0f);
        return count > 0 && expected.AsSpan(items).StartsWith(part[items..])
            ? [.. expected.AsSpan(0, items - 1), (byte)(0x90 | count), .. expected.AsSpan(part.Length)]
            : null;
    }

    private static string Describe(bool inOrder, string[] messages)
        => messages.Length == 0
            ? "nothing, open"
            : string.Join(", ", messages.Select(m => Hex.Print(Hex.Parse(m)))) + (messages.Length > 1 && !inOrder ? " in any order" : "");
}
