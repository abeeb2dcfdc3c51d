using System.Buffers.Binary;
using System.Net;

namespace Mprpc.AspNetCore.Proxies;

/// <summary>The header of the PROXY protocol, version 2: whose connection it is that a proxy hands on.</summary>
/// <param name="Length">How many bytes it has.</param>
/// <param name="IsProxys">Whether the connection is the proxy's own, such as a check.</param>
/// <param name="Source">The client's address; null: the connection is the proxy's own, or the proxy does not know the client's address.</param>
/// <param name="Destination">The address that the client has connected to; null as <paramref name="Source"/>.</param>
/// <remarks>What a proxy adds behind the addresses (TLVs) is passed over.</remarks>
internal sealed record ProxyHeader(int Length, bool IsProxys, IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>The most that a header may have; those of usual proxies have 28 to 200 bytes.</summary>
    public const int MaxLength = 4096;

    private const int FixedLength = 16;
    private const int VersionAt = 12;
    private const int FamilyAt = 13;
    private const int LengthAt = 14;
    private const int Tcp4Length = 12;
    private const int Tcp6Length = 36;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> OldSignature => "PROXY "u8;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="fault">What is wrong with it; null: nothing yet.</param>
    /// <returns>Null while it is not all there, or is wrong.</returns>
    public static ProxyHeader? Read(ReadOnlySpan<byte> bytes, out string? fault)
    {
        fault = FindFault(bytes);

        if (fault is not null || bytes.Length < FixedLength)
        {
            return null;
        }

        int length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthAt..]);

        if (length > MaxLength)
        {
            fault = $"its header has {length:N0} bytes; {MaxLength:N0} are allowed";
            return null;
        }

        if (bytes.Length < length)
        {
            return null;
        }

        // Whatever else it says does not count.
        if ((bytes[VersionAt] & 0x0f) == 0)
        {
            return new ProxyHeader(length, IsProxys: true, Source: null, Destination: null);
        }

        ReadOnlySpan<byte> addresses = bytes[FixedLength..length];

        switch (bytes[FamilyAt])
        {
            case 0x00:
                return new ProxyHeader(length, IsProxys: false, Source: null, Destination: null);
            case 0x11 when addresses.Length >= Tcp4Length:
                return Of(length, addresses, addressLength: 4);
            case 0x21 when addresses.Length >= Tcp6Length:
                return Of(length, addresses, addressLength: 16);
            case 0x11 or 0x21:
                fault = $"its header has {addresses.Length} bytes of addresses, which are too few";
                return null;
            default:
                fault = $"its header says that the client's connection is of family and transport 0x{bytes[FamilyAt]:x2}; allowed are "
                    + "TCP over IPv4 (0x11) and IPv6 (0x21), and unspecified (0x00)";
                return null;
        }
    }

    private static string? FindFault(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> begun = bytes[..Math.Min(bytes.Length, Signature.Length)];

        if (!Signature.StartsWith(begun))
        {
            return bytes.StartsWith(OldSignature)
                ? "its header is of version 1 of the PROXY protocol; let the proxy send version 2 (in HAProxy: send-proxy-v2)"
                : "it does not begin with a header of the PROXY protocol; let the proxy send one (in HAProxy: send-proxy-v2 and check-send-proxy), "
                    + "and let others connect elsewhere";
        }

        return bytes.Length > VersionAt && bytes[VersionAt] is not (0x20 or 0x21)
            ? $"its header is of version and command 0x{bytes[VersionAt]:x2}; allowed are version 2 with LOCAL (0x20) and PROXY (0x21)"
            : null;
    }

    // Source, destination, source's port, destination's port.
    private static ProxyHeader Of(int length, ReadOnlySpan<byte> addresses, int addressLength)
    {
        ReadOnlySpan<byte> ports = addresses[(2 * addressLength)..];
        return new ProxyHeader(
            length,
            IsProxys: false,
            new IPEndPoint(new IPAddress(addresses[..addressLength]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(addresses[addressLength..(2 * addressLength)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
    }
}
