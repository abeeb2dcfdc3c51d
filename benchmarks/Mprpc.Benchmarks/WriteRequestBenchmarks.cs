using BenchmarkDotNet.Attributes;
using Mprpc.Benchmarks.Samples;
using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Benchmarks;

/// <summary>[0, msgid, method, params]: by name with boxed arguments, and as a typed proxy writes it.</summary>
[MemoryDiagnoser]
public class WriteRequestBenchmarks
{
    private readonly int _a = 1;
    private readonly int _b = 2;
    private readonly Point _point = SampleMessages.Point;

    [Benchmark]
    public int Boxed()
    {
        MprpcWriter request = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);
        RequestWriter.WriteMethodAndArguments(request, "sum", [_a, _b]);
        return Finish(request);
    }

    [Benchmark(Baseline = true)]
    public int Typed()
    {
        MprpcWriter request = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);
        request.WriteString("sum");
        request.WriteArrayHeader(2);
        request.Write(_a);
        request.Write(_b);
        return Finish(request);
    }

    [Benchmark]
    public int Record()
    {
        MprpcWriter request = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);
        request.WriteString("mirror");
        request.WriteArrayHeader(1);
        request.Write(_point);
        return Finish(request);
    }

    private static int Finish(MprpcWriter request)
    {
        RequestWriter.PrependRequestHead(request, messageId: 1000);
        int length = request.Length;
        MprpcWriter.Return(request);
        return length;
    }
}
