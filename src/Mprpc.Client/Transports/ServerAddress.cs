using System.Net;
using Mprpc.Transports;

namespace Mprpc.Client.Transports;

/// <summary>One server of a list: an address, and of a name which of its addresses.</summary>
/// <param name="Address">What it is called; TLS verifies this name.</param>
/// <param name="Pinned">Where it is, if the name has been looked up; null: as the address says.</param>
/// <param name="IsLastResort">Whether it is tried only after those that are not: an address of the family that the system does not prefer, which may be of the
/// same machine.</param>
internal sealed record ServerAddress(RpcAddress Address, IPAddress? Pinned = null, bool IsLastResort = false)
{
    /// <summary>Where to connect to; a name that is not pinned is looked up.</summary>
    public EndPoint ToEndPoint() => Pinned is null ? Address.ToRemoteEndPoint() : new IPEndPoint(Pinned, Address.Port);

    public override string ToString() => Pinned is null ? Address.ToString() : $"{Address} ({Pinned})";
}
