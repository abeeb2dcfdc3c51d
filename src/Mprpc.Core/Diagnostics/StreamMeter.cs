using System.Diagnostics.Metrics;

namespace Mprpc.Diagnostics;

/// <summary>Counts the items of streams, a batch at a time. Safe for concurrent use.</summary>
internal sealed class StreamMeter(Counter<long> items)
{
    private const string Direction = "direction";

    public void OnSent(int count)
    {
        if (items.Enabled && count > 0)
        {
            items.Add(count, new KeyValuePair<string, object?>(Direction, "sent"));
        }
    }

    public void OnReceived(int count)
    {
        if (items.Enabled && count > 0)
        {
            items.Add(count, new KeyValuePair<string, object?>(Direction, "received"));
        }
    }
}
