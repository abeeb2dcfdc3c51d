using Mprpc.AspNetCore;

namespace Mprpc.Testing;

/// <summary>What clients that are not there were told or asked; see <see cref="MprpcFakeClients{T}"/>.</summary>
public sealed class MprpcFakeClientCall
{
    internal MprpcFakeClientCall(MprpcTarget target, MprpcFakeCall call, MprpcMetadata metadata)
    {
        Target = target;
        Call = call;
        Metadata = metadata;
    }

    /// <summary>Whom it was for.</summary>
    public MprpcTarget Target { get; }

    /// <summary>The method and its arguments.</summary>
    public MprpcFakeCall Call { get; }

    /// <summary>
    /// What was told besides, by <c>With(new MprpcCallOptions { Metadata = ... })</c>, as it was then; it cannot be changed. Empty if nothing was.
    /// </summary>
    public MprpcMetadata Metadata { get; }

    /// <summary>The call and whom it was for, in words.</summary>
    public override string ToString() => $"{Call} to {Target}";
}
