using System.Net;
using Mprpc.AspNetCore.Proxies;

namespace Mprpc.Fuzz.Targets;

/// <summary>The header of the PROXY protocol: any division of the bytes gives the same verdict, and what is read lies within them.</summary>
internal sealed class ProxyTarget : FuzzTarget
{
    // Most inputs would fail at their first byte.
    private static readonly byte[] s_signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        Check(input);
        byte[] likely = [.. s_signature, (byte)(0x20 | (input.Length & 1)), .. input];
        Check(likely);
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => FixedBytes + (1024L * Math.Min(input.Length, ProxyHeader.MaxLength));

    private static void Check(ReadOnlySpan<byte> bytes)
    {
        ProxyHeader? whole = ProxyHeader.Read(bytes, out string? fault);
        Require(whole is null || fault is null, $"It is read, and wrong: {fault}");

        if (whole is not null)
        {
            Require(whole.Length >= 16 && whole.Length <= Math.Min(bytes.Length, ProxyHeader.MaxLength), $"It has {whole.Length} of {bytes.Length} bytes.");
            Require(whole.Source is null == whole.Destination is null, $"It has one of two addresses.");
            Require(whole.Source is null || whole.Source.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort, $"The port is {whole.Source?.Port}.");
        }

        for (int length = 0; length < Math.Min(bytes.Length, 64); length++)
        {
            ProxyHeader? part = ProxyHeader.Read(bytes[..length], out string? early);
            Require(part is null || part == whole, $"The first {length} bytes are another header than all.");
            Require(early is null || fault is not null, $"The first {length} bytes are wrong, and all are not: {early}");
        }
    }
}
