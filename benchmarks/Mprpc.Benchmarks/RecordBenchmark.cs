using System.Buffers;
using BenchmarkDotNet.Attributes;
using MessagePack;
using Mprpc.Comparison.Service;
using Mprpc.CompilerServices;

namespace Mprpc.Benchmarks;

/// <summary>
/// Ten fields and twenty records of four: by generated code in place, and by MessagePack's serializer with the formatters it emits at run time.
/// </summary>
[MemoryDiagnoser]
public class RecordBenchmark
{
    private static readonly MessagePackSerializerOptions Standard = MessagePackSerializerOptions.Standard;

    private readonly Order _order = Order.Sample(20);
    private readonly byte[] _bytes = MessagePackSerializer.Serialize(Order.Sample(20), Standard);
    private readonly MprpcWriter _writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    [Benchmark]
    public int WriteInPlace()
    {
        _writer.Clear();
        _writer.Write(_order);
        return _writer.Length;
    }

    [Benchmark]
    public int WriteBySerializer()
    {
        _buffer.ResetWrittenCount();
        MessagePackSerializer.Serialize(_buffer, _order, Standard);
        return _buffer.WrittenCount;
    }

    [Benchmark]
    public Order ReadInPlace() => new MprpcReader(_bytes, 0, 1, MprpcSerializerOptions.Default, loop: null).Read<Order>();

    [Benchmark]
    public Order ReadBySerializer() => MessagePackSerializer.Deserialize<Order>(_bytes, Standard);
}
