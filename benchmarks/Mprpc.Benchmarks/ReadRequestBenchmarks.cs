using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;
using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Benchmarks;

/// <summary>The head of a request, and its params.</summary>
[MemoryDiagnoser]
public class ReadRequestBenchmarks
{
    private readonly byte[] _sum = SampleMessages.Sum;
    private readonly byte[] _mirror = SampleMessages.Mirror;

    [Benchmark]
    public int Head()
    {
        MessageHead.TryRead(_sum, out MessageHead head);
        return head.BodyStart;
    }

    [Benchmark(Baseline = true)]
    public int HeadAndTwoInts()
    {
        ReadOnlyMemory<byte> message = _sum;
        MprpcReader parameters = Params(message, count: 2);
        return parameters.Read<int>() + parameters.Read<int>();
    }

    [Benchmark]
    public Point HeadAndRecord()
    {
        ReadOnlyMemory<byte> message = _mirror;
        MprpcReader parameters = Params(message, count: 1);
        return parameters.Read<Point>();
    }

    private static MprpcReader Params(in ReadOnlyMemory<byte> message, int count)
    {
        MessageHead.TryRead(message.Span, out MessageHead head);

        // Behind the one byte that says how many there are.
        return new MprpcReader(message, head.BodyStart + 1, count, MprpcSerializerOptions.Default, loop: null);
    }
}
