using System.Diagnostics;

namespace Mprpc.Diagnostics;

/// <summary>Spoils memory that is given back, in debug builds: whoever still reads it reads nonsense at once, not another call's bytes now and then.</summary>
internal static class Poison
{
    // No MessagePack value begins with it.
    private const byte NeverUsed = 0xc1;

    [Conditional("DEBUG")]
    public static void Fill(Span<byte> returned) => returned.Fill(NeverUsed);
}
