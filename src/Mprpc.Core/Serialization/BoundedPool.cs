using System.Buffers;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Where MessagePack's formatters get buffers for what is enumerated before its count is known: no more than the message may still take.</summary>
internal sealed class BoundedPool : ArrayPool<byte>
{
    /// <summary>For all formatters.</summary>
    public static readonly SequencePool Sequences = new(Environment.ProcessorCount * 2, new BoundedPool());

    /// <exception cref="MessagePackSerializationException">More is taken already than may be written.</exception>
    public override byte[] Rent(int minimumLength)
    {
        MprpcWriter.CheckAside();
        byte[] array = Shared.Rent(minimumLength);
        MprpcWriter.CountAside(array.Length);
        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        MprpcWriter.CountAside(-array.Length);
        Shared.Return(array, clearArray);
    }
}
