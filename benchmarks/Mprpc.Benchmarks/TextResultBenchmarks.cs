using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;

namespace Mprpc.Benchmarks;

/// <summary>From the whole message to the answer in the batch, of a method that returns text: written in place.</summary>
[MemoryDiagnoser]
public class TextResultBenchmarks
{
    private readonly byte[][] _requests = [.. Enumerable.Range(0, Texts.All.Length).Select(kind => SampleMessages.Request("text", kind))];
    private readonly ServedLoop _loop = new();

    [Benchmark(Baseline = true)]
    public int Ascii10() => Handle(Texts.Ascii10);

    [Benchmark]
    public int Ascii1000() => Handle(Texts.Ascii1000);

    [Benchmark]
    public int Other10() => Handle(Texts.Other10);

    [Benchmark]
    public int Other1000() => Handle(Texts.Other1000);

    private int Handle(int kind) => _loop.Handle(_requests[kind]);
}
