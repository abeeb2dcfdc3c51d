using System.Globalization;

namespace Mprpc.Reliability.Pair;

/// <summary>What lies in the system's buffers of a connection.</summary>
internal static class Sockets
{
    private const string Table = "/proc/net/tcp";
    private const string Established = "01";

    /// <returns>0 where the address has no port.</returns>
    public static int PortOf(string url) => url.StartsWith("unix:", StringComparison.Ordinal) ? 0 : new Uri(url).Port;

    public static string Describe(int port)
    {
        if (port == 0 || !File.Exists(Table))
        {
            return "sockets: not known";
        }

        // sl local_address rem_address st tx_queue:rx_queue, in hexadecimal.
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        IEnumerable<string> lines = from line in File.ReadLines(Table).Skip(1)
                                    let columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                                    where columns[3] == Established
                                        && (columns[1].EndsWith(suffix, StringComparison.Ordinal) || columns[2].EndsWith(suffix, StringComparison.Ordinal))
                                    let queues = columns[4].Split(':')
                                    let unsent = Convert.ToInt64(queues[0], 16)
                                    let unread = Convert.ToInt64(queues[1], 16)
                                    where unsent + unread > 0
                                    let end = columns[1].EndsWith(suffix, StringComparison.Ordinal) ? "server" : "client"
                                    select $"{end} {unsent:N0} B unsent, {unread:N0} B unread";
        string text = string.Join(", ", lines);
        return $"sockets: {(text.Length == 0 ? "empty" : text)}";
    }
}
