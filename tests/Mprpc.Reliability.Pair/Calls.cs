using System.Buffers.Binary;
using System.Globalization;

namespace Mprpc.Reliability.Pair;

/// <summary>So many echoes of one end, some of them in flight at a time; each answer's content is checked.</summary>
internal sealed class Calls(int payload, int inFlight, int count)
{
    private const int NumberLength = 4;

    private readonly byte[] _pattern = PatternOf(payload);
    private int _begun;
    private int _answered;

    /// <summary>For the report of a cell that stands still.</summary>
    public string State
        => string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref _begun)} begun, {Volatile.Read(ref _answered)} answered of {count}");

    public async Task RunAsync(Func<byte[], ValueTask<byte[]>> echo)
        => await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => RunOneByOneAsync(echo))));

    private async Task RunOneByOneAsync(Func<byte[], ValueTask<byte[]>> echo)
    {
        byte[] value = [.. _pattern];

        while (Interlocked.Increment(ref _begun) is var number && number <= count)
        {
            BinaryPrimitives.WriteInt32BigEndian(value, number);
            byte[] answer = await echo(value);

            if (!answer.AsSpan().SequenceEqual(value))
            {
                string found = answer.Length < NumberLength ? "" : $", with number {BinaryPrimitives.ReadInt32BigEndian(answer)}";
                throw new InvalidDataException($"Call {number} of {value.Length} bytes was answered with {answer.Length} others{found}.");
            }

            Interlocked.Increment(ref _answered);
        }

        Interlocked.Decrement(ref _begun);
    }

    private static byte[] PatternOf(int length)
    {
        byte[] pattern = new byte[Math.Max(length, NumberLength)];

        // 251 is prime: no page and no buffer looks like another.
        for (int i = 0; i < pattern.Length; i++)
        {
            pattern[i] = (byte)(i % 251);
        }

        return pattern;
    }
}
