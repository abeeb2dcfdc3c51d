using Mprpc.Streams;

namespace Mprpc.Connections;

/// <summary>The streams that are fed to one call, by their numbers. Changed on the read loop, before the call runs.</summary>
internal sealed class FedStreams(ConnectionStreams streams)
{
    private readonly List<(long Number, IncomingItems Items, int Param)> _fed = [];

    /// <summary>Whether one was not fed to its end, since the peer can say nothing more.</summary>
    public bool AreLost => _fed.Exists(fed => fed.Items.IsLost);

    /// <summary>A stream of the call is open from now on.</summary>
    public void Add(long number, IncomingItems items, int param) => _fed.Add((number, items, param));

    /// <summary>The param whose stream the peer has ended with this error; -1: none.</summary>
    public int FailedBy(Exception failure)
        => _fed.FindIndex(fed => ReferenceEquals(fed.Items.FailureOfSender, failure)) is >= 0 and var index ? _fed[index].Param : -1;

    /// <summary>The stream with this number; null: the call has none.</summary>
    public IncomingItems? Find(long number) => _fed.Find(fed => fed.Number == number).Items;

    /// <summary>The call has ended, or is answered: nobody reads its streams any more, and their numbers are free.</summary>
    public void Close()
    {
        foreach ((long number, IncomingItems items, _) in _fed)
        {
            streams.CloseFed(number, items);
        }
    }

    /// <summary>The call is cancelled: who waits for items is told.</summary>
    public void Fail(Exception reason)
    {
        foreach ((_, IncomingItems items, _) in _fed)
        {
            items.Fail(reason, isAtOnce: true);
        }
    }
}
