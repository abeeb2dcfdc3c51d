using System.Buffers;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>Where MessagePack's formatters get buffers for what is enumerated before its count is known: no more than the message may still take.</summary>
internal sealed class BoundedPool : ArrayPool<byte>
{
    /// <summary>For all formatters.</summary>
    public static readonly SequencePool Sequences = new(Environment.ProcessorCount * 2, new BoundedPool());

    // Of the message that this thread writes; formatters give back what they took before they return, if they do not throw.
    [ThreadStatic]
    private static long s_rented;

    public static void BeginMessage() => s_rented = 0;

    /// <exception cref="MessagePackSerializationException">More is taken already than may be written.</exception>
    public override byte[] Rent(int minimumLength)
    {
        MprpcWriter.Current?.CheckAside(s_rented);
        byte[] array = Shared.Rent(minimumLength);
        s_rented += array.Length;
        return array;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        s_rented -= array.Length;
        Shared.Return(array, clearArray);
    }
}
