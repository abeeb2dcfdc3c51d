namespace Mprpc.AspNetCore.Tests.Clients.Kit;

/// <summary>What clients call to be reached.</summary>
internal sealed class Lobby(IMprpcClients<IScreen> clients)
{
    public int Sum(int a, int b) => a + b;

    public string Id(MprpcCallContext call) => call.Connection.Id;

    public void Join(string group, MprpcCallContext call) => clients.Groups.Add(call.Connection, group);

    public Task<string> AskMyName(MprpcCallContext call) => call.Connection.As<IScreen>().NameAsync();

    public async Task<bool> Confirm(string what, MprpcCallContext call)
        => await call.Connection.As<IScreen>().With(new MprpcCallOptions { Timeout = Bounded.Time }).ConfirmAsync(what, call.CancellationToken);
}
