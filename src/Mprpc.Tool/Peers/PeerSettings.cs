using System.Net.Security;
using Mprpc.Client;

namespace Mprpc.Tool.Peers;

/// <summary>How to connect to a peer, and how to speak to it.</summary>
/// <param name="Url">Its address.</param>
/// <param name="Preset">The implementation that it is made with, or null.</param>
/// <param name="IsPlain">Whether it is sent nothing that it was not asked for.</param>
/// <param name="Timeout">How long to wait for an answer, or null.</param>
/// <param name="ConnectTimeout">How long to wait for a connection; null: as the client does.</param>
/// <param name="Tls">What TLS needs, or null.</param>
/// <param name="Token">What to log in with, or null.</param>
internal sealed record PeerSettings(
    string Url, MprpcPeer? Preset, bool IsPlain, TimeSpan? Timeout, TimeSpan? ConnectTimeout, SslClientAuthenticationOptions? Tls, MprpcToken? Token)
{
    /// <summary>Whether the peer may be asked what it can do.</summary>
    public bool MayInspect => !IsPlain && Preset is null;

    public MprpcClient CreateClient()
    {
        var options = new MprpcClientOptions
        {
            CallTimeout = Timeout,
            Extensions = IsPlain ? MprpcExtensions.Never : MprpcExtensions.Always,
            Tls = Tls,
            // What the peer sends is shown, not kept: the tool takes more of it than a service should.
            MaxMessageSize = 64 << 20,
            MaxSendMessageSize = 64 << 20,
        };

        if (Preset is not null)
        {
            options.UsePeer(Preset);
        }

        if (ConnectTimeout is { } time)
        {
            options.ConnectTimeout = time;
        }

        if (Token is { } token)
        {
            options.TokenProvider = (_, _) => ValueTask.FromResult(token);
        }

        options.Reconnect.KeepConnected = false;
        return new MprpcClient(Url, options);
    }
}
