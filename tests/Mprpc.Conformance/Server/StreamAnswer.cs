using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>
/// The items of a stream, in as few or as many <c>$/item</c> as the server makes of them, then the end of its call; the last items may stand in the response.
/// </summary>
/// <param name="Number">The stream's: its request's msgid.</param>
/// <param name="Items">All items, in the words of <see cref="Hex"/>; null: any, and any number.</param>
/// <param name="Ends">How the call ends: null: not at all, for want of credit.</param>
internal sealed record StreamAnswer(uint Number, string? Items, StreamEnd? Ends)
    : Expectation($"items {Items ?? "whatever"} of {Number}, then {Ends?.ToString() ?? "nothing"}")
{
    // Long enough for what must not come to come on a machine that is not busy.
    private static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(40);

    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        byte[]? expected = Items is null ? null : Hex.Parse(Items);
        List<byte> items = [];

        while (Ends is not null || expected is null || items.Count < expected.Length)
        {
            WireValue? message = await socket.ReadAsync(AnswerWithin);

            if (message is { Items: [{ Number: var kind }, { Kind: WireKind.Text, Text: "$/item" }, { Items: [var number, { Kind: WireKind.Array } batch] }] }
                && kind == 2)
            {
                if (number.Number != Number || batch.Items.Count == 0 || message.Encoded[0] != 0x93)
                {
                    return message.ToString();
                }

                Append(items, batch);
            }
            else if (message is { Items: [{ Number: var type }, var id, var error, var result] } && type == 1 && id.Number == Number && Ends is not null)
            {
                Append(items, result);
                return Ends.IsMetBy(error) && IsAll(expected, items) ? null : $"{message}, after items {Hex.Print([.. items])}";
            }
            else
            {
                return $"{message?.ToString() ?? "close"}, after items {Hex.Print([.. items])}";
            }
        }

        return IsAll(expected, items) && await socket.IsSilentAsync(s_silence) ? null : $"items {Hex.Print([.. items])}, then {Hex.Print(socket.Unread)}";
    }

    private static void Append(List<byte> items, WireValue array)
    {
        foreach (WireValue item in array.Items)
        {
            items.AddRange(item.Encoded);
        }
    }

    private static bool IsAll(byte[]? expected, List<byte> items) => expected is null || expected.AsSpan().SequenceEqual(items.ToArray());
}
