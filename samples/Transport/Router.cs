using Mprpc;

namespace Transport;

/// <summary>What the server serves: a board registers what it can do, and is asked for it over its own line.</summary>
public sealed class Router
{
    public string Register(string method, MprpcCallContext context) => $"{method} over {context.Connection.RemoteEndPoint}";

    public ValueTask<int> Ask(string method, int pin, MprpcCallContext context) => context.Connection.CallAsync<int>(method, pin);
}
