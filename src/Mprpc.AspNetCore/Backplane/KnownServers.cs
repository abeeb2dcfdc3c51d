namespace Mprpc.AspNetCore.Backplane;

/// <summary>The other servers that have lately been heard of. Safe for concurrent use.</summary>
internal sealed class KnownServers(TimeProvider clock, TimeSpan interval)
{
    // So many signs of life may be lost.
    private const int MaxMissed = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _heard = new(StringComparer.Ordinal);

    public string[] All
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard.Keys];
            }
        }
    }

    /// <summary>Whatever a server says is a sign of life.</summary>
    /// <returns>Whether it was not known.</returns>
    public bool Hear(string server)
    {
        lock (_gate)
        {
            bool isNew = !_heard.ContainsKey(server);
            _heard[server] = clock.GetTimestamp();
            return isNew;
        }
    }

    public void Forget(string server)
    {
        lock (_gate)
        {
            _heard.Remove(server);
        }
    }

    /// <summary>Forgets those of whom nothing was heard for too long.</summary>
    /// <returns>Their names.</returns>
    public string[] ForgetDead()
    {
        lock (_gate)
        {
            string[] dead = [.. _heard.Where(server => clock.GetElapsedTime(server.Value) > interval * MaxMissed).Select(server => server.Key)];

            foreach (string server in dead)
            {
                _heard.Remove(server);
            }

            return dead;
        }
    }
}
