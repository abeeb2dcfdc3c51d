using Mprpc.Client.Connections;

namespace Mprpc.Client.Pooling;

/// <content>Connections to several servers: which one a call takes, and how many there may be.</content>
internal sealed partial class ConnectionPool
{
    private readonly bool _isBalanced;

    /// <summary>How many connections take calls or are being made at most: of a list of servers, one to each of those that can be used.</summary>
    private int Limit => _isBalanced
        ? Math.Min(_subchannels.Length, Math.Max(_parts.Options.MaxConnections, _parts.Dialer.Usable))
        : _subchannels.Length;

    /// <summary>A subchannel for a call of a client that knows several servers, where one takes it at once; for a pool without limit.</summary>
    /// <param name="avoided">The one that is taken only if there is no other; null: none.</param>
    /// <param name="isMeasured">Whether it is to be told how long the call takes.</param>
    public Subchannel? TryPick(Subchannel? avoided, out bool isMeasured)
    {
        isMeasured = false;

        if (IsAwaited)
        {
            return null;
        }

        Subchannel? best = ChooseOfTwo(limit: null, avoided, out Subchannel? spare, out bool isProbe) ?? Choose(limit: null, out spare);

        if (best is null)
        {
            return null;
        }

        if (spare is not null && (best.Load > 0 || best == avoided) && MayDial(spare))
        {
            lock (_gate)
            {
                Dial(spare);
            }
        }

        isMeasured = isProbe || best.Latency?.IsNextMeasured() == true;
        return best;
    }

    private Subchannel? ChooseOfTwo(int? limit, Subchannel? avoided, out Subchannel? unconnected, out bool isProbe)
    {
        var choice = new TwoChoices<Subchannel>(Random.Shared);
        unconnected = null;

        foreach (Subchannel subchannel in _subchannels)
        {
            if (subchannel.Current is not { } current)
            {
                unconnected ??= subchannel.IsConnecting ? null : subchannel;
            }
            else if (subchannel != avoided && !current.Output.IsCongested && subchannel.HasPlace(current, limit ?? int.MaxValue))
            {
                choice.Add(subchannel, subchannel.Load, subchannel.Latency?.Seconds ?? 0);
            }
        }

        Subchannel? best = choice.Choose();
        isProbe = choice.IsProbe;
        return best;
    }

    /// <summary>
    /// Under the lock: whether there are as many as there may be. One that ends its last calls still counts as long as there is another, since its server has
    /// its part.
    /// </summary>
    private bool HasAll()
    {
        if (_open >= Limit && IsConnected)
        {
            return true;
        }

        int count = 0;

        foreach (Subchannel subchannel in _subchannels)
        {
            count += subchannel.IsConnecting || subchannel.Current is not null ? 1 : 0;
        }

        return count >= Limit;
    }
}
