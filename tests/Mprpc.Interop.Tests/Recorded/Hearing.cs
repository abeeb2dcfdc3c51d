using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>Reads what the build under test says: compares it with what was recorded, or records it.</summary>
internal sealed class Hearing(bool records)
{
    /// <summary>Stands for the end of the connection.</summary>
    public const string Closed = "closed";

    // For recording: the first call of a kind takes its time, what follows does not. What waits in a conversation waits for 50 ms.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SilenceBehind = TimeSpan.FromMilliseconds(300);

    public bool Records => records;

    /// <summary>Sends a vector, whole or byte by byte; without a pause between the bytes, which the thousands of a conversation would make long.</summary>
    public static async Task SayAsync(WireSocket socket, string vector, SplitMode mode)
    {
        ReadOnlyMemory<byte> bytes = Hex.Parse(vector);
        int length = mode == SplitMode.ByteByByte ? 1 : bytes.Length;

        for (int start = 0; start < bytes.Length; start += length)
        {
            await socket.SendAsync(bytes.Slice(start, length), [length], CancellationToken.None);
            await Task.Yield();
        }
    }

    /// <param name="step">Whose answers come.</param>
    /// <param name="socket">Where they come.</param>
    /// <param name="toTheEnd">Whether the connection ends now.</param>
    /// <param name="inAnyOrder">Whether the answers may come in any order.</param>
    public async Task HearAsync(RecordedStep step, WireSocket socket, bool toTheEnd = false, bool inAnyOrder = false)
    {
        List<string> heard = [];

        if (records)
        {
            while (await NextAsync(socket, toTheEnd ? Bounded.Time : heard.Count == 0 ? Silence : SilenceBehind) is { } message)
            {
                heard.Add(message);

                if (message == Closed)
                {
                    break;
                }
            }
        }
        else
        {
            for (int i = 0; i < step.Answers.Count; i++)
            {
                heard.Add(await NextAsync(socket, Bounded.Time) ?? "nothing");
            }
        }

        if (inAnyOrder)
        {
            heard.Sort(StringComparer.Ordinal);
        }

        Judge(step, heard);
    }

    public void Judge(RecordedStep step, IReadOnlyList<string> heard)
    {
        if (records)
        {
            step.Answers.Clear();
            step.Answers.AddRange(heard);
        }

        Assert.True(step.Answers.SequenceEqual(heard), $"At '{step}' was recorded: {string.Join(", ", step.Answers)}; now comes: {string.Join(", ", heard)}");
    }

    private static async Task<string?> NextAsync(WireSocket socket, TimeSpan within)
    {
        try
        {
            return await socket.ReadAsync(within) is { } message
                ? Convert.ToHexStringLower(message.Encoded)
                : Closed + Convert.ToHexStringLower(socket.Unread);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
