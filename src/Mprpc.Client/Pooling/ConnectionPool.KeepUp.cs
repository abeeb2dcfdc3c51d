using Mprpc.Client.Connections;

namespace Mprpc.Client.Pooling;

/// <content>A client that is called keeps its connection: after a loss nobody need call for another to be made.</content>
internal sealed partial class ConnectionPool
{
    private readonly ClientParts _parts;
    private volatile bool _hasConnected;

    private void OnServersChanged()
    {
        foreach (Subchannel subchannel in _subchannels)
        {
            subchannel.TryRetireGone();
        }
    }

    /// <summary>Under the lock. Not before the first connection: that is for whoever wants the client to be connected.</summary>
    private void KeepUp()
    {
        if (_hasConnected && _parts.KeepsConnected && !_parts.Dialer.IsSpent && !IsConnected && !IsConnecting)
        {
            Dial(_subchannels[0]);
        }
    }
}
