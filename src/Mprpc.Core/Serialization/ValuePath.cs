using System.Text;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Where in a value another one stands, as errors say it: ".Lines[3].Quantity".</summary>
internal static class ValuePath
{
    // What a peer sent is cut before it stands in an error.
    private const int MaxSteps = 8;
    private const int LongestName = 32;

    /// <summary>The path, or nothing where both are the same value.</summary>
    /// <param name="message">A whole message.</param>
    /// <param name="start">Where the outer value starts.</param>
    /// <param name="target">Where the inner one does.</param>
    public static string Of(ReadOnlySpan<byte> message, int start, int target)
    {
        // One pass over the values between, however deep they nest: an error must not cost more than the message did.
        var open = new List<Step>();

        for (int position = start; position < target;)
        {
            byte code = message[position];
            long body = 0;
            long values = 0;
            int head = 1;

            if (code is >= 0x80 and < 0xa0)
            {
                values = code < 0x90 ? (code & 0x0f) * 2 : code & 0x0f;
            }
            else if (code is >= 0xa0 and < 0xc0)
            {
                body = code & 0x1f;
            }
            else if (code is >= 0xc0 and < 0xe0)
            {
                head = MessagePackHead.Read(message[position..], out body, out values);
            }

            if (open.Count != 0 && open[^1] is { IsMap: true } map && map.Index % 2 == 0)
            {
                open[^1] = map with { Key = position };
            }

            position += head + (int)body;

            if (values != 0)
            {
                open.Add(new Step(values, Index: 0, Key: 0, IsMap: code is (< 0x90) or MessagePackCode.Map16 or MessagePackCode.Map32));
                continue;
            }

            while (open.Count != 0)
            {
                Step step = open[^1] with { Index = open[^1].Index + 1 };

                if (step.Index < step.Values)
                {
                    open[^1] = step;
                    break;
                }

                open.RemoveAt(open.Count - 1);
            }
        }

        return Describe(message, open);
    }

    private static string Describe(ReadOnlySpan<byte> message, List<Step> steps)
    {
        var path = new StringBuilder();

        foreach (Step step in steps.Take(MaxSteps))
        {
            if (!step.IsMap)
            {
                path.Append('[').Append(step.Index).Append(']');
            }
            else if (step.Index % 2 == 0)
            {
                path.Append(".key ").Append(step.Index / 2);
            }
            else if (Name(message[step.Key..]) is { } name)
            {
                path.Append('.').Append(name);
            }
            else
            {
                path.Append(".value ").Append(step.Index / 2);
            }
        }

        return steps.Count > MaxSteps ? path.Append(" ...").ToString() : path.ToString();
    }

    private static string? Name(ReadOnlySpan<byte> key)
    {
        if (!MessagePackHead.TryReadBytes(key, out int head, out int length) || length is 0 or > LongestName)
        {
            return null;
        }

        string name = Encoding.ASCII.GetString(key.Slice(head, length));
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : null;
    }

    /// <param name="Values">How many values an array has, or a map, its keys counted.</param>
    /// <param name="Index">Which of them is next.</param>
    /// <param name="Key">Where the last key stands.</param>
    /// <param name="IsMap">Whether it is a map.</param>
    private readonly record struct Step(long Values, long Index, int Key, bool IsMap);
}
