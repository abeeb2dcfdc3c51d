namespace Mprpc.Client;

/// <content>What happens when the application starts.</content>
public sealed partial class MprpcClientOptions
{
    /// <summary>
    /// Whether the start of the application waits until the client has connected: for clients of <c>AddMprpcClient</c> in a host; for others of no effect. In
    /// the configuration <c>Mprpc:Clients:NAME:ConnectAtStart</c>. Default <see cref="MprpcConnectAtStart.Never"/>.
    /// </summary>
    /// <remarks>
    /// It is waited for when the application's other services have started, and its server listens, so that a client may call its own process. Attempts are
    /// repeated as <see cref="Reconnect"/> says until <see cref="ConnectTimeout"/> has passed, so that services may start in any order; with
    /// <see cref="WaitForReady"/>, or without that timeout, until <c>HostOptions.StartupTimeout</c> has. What no further attempt can mend, such as a refused
    /// login, is not tried again.
    /// </remarks>
    public MprpcConnectAtStart ConnectAtStart { get; set; }

    private void CheckStart()
    {
        if (!Enum.IsDefined(ConnectAtStart))
        {
            throw new ArgumentOutOfRangeException(
                nameof(ConnectAtStart),
                ConnectAtStart,
                $"MprpcClientOptions.ConnectAtStart is {ConnectAtStart}; allowed are {string.Join(", ", Enum.GetNames<MprpcConnectAtStart>())}.");
        }
    }
}
