using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Mprpc.AspNetCore.Security;

/// <summary>A credential on a connection, as a verdict is kept of it: the credential itself is kept nowhere.</summary>
/// <remarks>The connection is part of it, since a scheme may look at that too: a token can be bound to a certificate, or to an address.</remarks>
/// <param name="Connection">The number of the connection's session.</param>
/// <param name="High">The first half of the credential's SHA-256.</param>
/// <param name="Low">The second half.</param>
internal readonly record struct CredentialHash(long Connection, UInt128 High, UInt128 Low)
{
    public static CredentialHash Of(long connection, ReadOnlySpan<byte> credential)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(credential, hash);
        return new CredentialHash(connection, BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
