namespace Mprpc.AspNetCore.Tests.Clients.Kit;

/// <summary>A notification that a client handles by name.</summary>
[MprpcService]
public interface ITold
{
    void Told();
}
