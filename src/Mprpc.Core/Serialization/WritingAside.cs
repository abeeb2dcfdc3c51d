using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// Writes elements aside, until their count is known: a head that is wrong would make half a message, and a copy of elements without an end would take all
/// memory.
/// </summary>
internal readonly struct WritingAside : IDisposable
{
    private readonly MprpcWriter _aside;
    private readonly bool _oldSpec;
    private readonly CancellationToken _cancellationToken;

    /// <param name="writer">Where the elements belong.</param>
    /// <param name="enumerated">What is enumerated, for errors.</param>
    public WritingAside(ref MessagePackWriter writer, Type enumerated)
    {
        // So that the bound counts it.
        writer.Flush();
        _oldSpec = writer.OldSpec;
        _cancellationToken = writer.CancellationToken;
        _aside = MprpcWriter.RentAside(enumerated);
    }

    /// <summary>What writes the elements; to be flushed after the last.</summary>
    public MessagePackWriter Writer => new(_aside) { OldSpec = _oldSpec, CancellationToken = _cancellationToken };

    /// <summary>The elements.</summary>
    public ReadOnlySpan<byte> Written => _aside.WrittenSpan;

    public void Dispose() => MprpcWriter.ReturnAside(_aside);
}
