namespace Mprpc.Client.Transports;

/// <summary>Has <see cref="MprpcClientOptions.ConnectCallback"/> make the transport of each connection.</summary>
/// <param name="url">What the client was given as its address, or null.</param>
/// <param name="options">The client's.</param>
internal sealed class CallbackDialer(string? url, MprpcClientOptions options)
    : TimedDialer(url ?? "the server", options)
{
    private const string Option = "MprpcClientOptions.ConnectCallback";

    protected override async Task<ClientTransport> DialAsync(CancellationToken cancellationToken)
    {
        // On a thread of its own, and not waited for beyond its time: opening a device may block, and the callback may ignore its token.
        Task<MprpcTransport?> making = Task.Run(() => MakeAsync(cancellationToken), CancellationToken.None);

        MprpcTransport? made;

        try
        {
            made = await making.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _ = DropAsync(making);      // ends with the callback, and cannot throw
            throw;
        }

        return made is not null ? ClientTransport.Of(made, ToString(), Options.LoggerFactory)
            : throw new MprpcConnectionException($"Cannot connect to {this}: {Option} returned null. It must return a transport, or throw.")
            {
                IsLasting = true,
            };
    }

    protected override string? Describe(Exception exception, string? late)
        => exception is MprpcConnectionException ? null
            : late is not null ? $" {late}: {Option} has not made its transport. Raise MprpcClientOptions.ConnectTimeout if it is only slow."
            : $": {Option} failed: {exception.Message}";

    private async Task<MprpcTransport?> MakeAsync(CancellationToken cancellationToken)
        => await Options.ConnectCallback!(new MprpcConnectContext(url), cancellationToken).ConfigureAwait(false);

    /// <summary>A transport that comes too late is of no use.</summary>
    private async Task DropAsync(Task<MprpcTransport?> making)
    {
        await ((Task)making).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (making.IsCompletedSuccessfully && await making.ConfigureAwait(false) is { } transport)
        {
            try
            {
                await ClientTransport.Of(transport, ToString(), Options.LoggerFactory).Release().ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // A connection uses it: it is that one's.
            }
        }
    }
}
