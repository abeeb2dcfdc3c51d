using System.Threading.Channels;
using Mprpc.AspNetCore.Clients;

namespace Mprpc.AspNetCore.Backplane;

/// <summary>A question to the other servers, until each has said that it has no more answers, or is dead. Safe for concurrent use.</summary>
internal sealed class OpenQuestion(string method, IEnumerable<string> servers)
{
    private readonly Lock _gate = new();
    private readonly Channel<RemoteReply> _replies = Channel.CreateUnbounded<RemoteReply>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, HashSet<string>> _waitedFor = servers.ToDictionary(server => server, _ => new HashSet<string>(StringComparer.Ordinal));
    private bool _hasAsked;

    public ChannelReader<RemoteReply> Replies => _replies.Reader;

    public string Method => method;

    /// <summary>It has been sent: without a server to wait for it is over.</summary>
    public void OnAsked()
    {
        lock (_gate)
        {
            _hasAsked = true;
            EndIfNoneLeft();
        }
    }

    public void OnBegun(string server, IReadOnlyList<string> connections)
    {
        lock (_gate)
        {
            // Also one that was not known: it waits for nobody that it has not named.
            if (!_waitedFor.TryGetValue(server, out HashSet<string>? asked))
            {
                _waitedFor[server] = asked = new HashSet<string>(StringComparer.Ordinal);
            }

            asked.UnionWith(connections);
        }
    }

    public void OnReply(string server, RemoteReply reply)
    {
        lock (_gate)
        {
            if (_waitedFor.GetValueOrDefault(server)?.Remove(reply.ConnectionId) == true)
            {
                _replies.Writer.TryWrite(reply);
            }
        }
    }

    /// <summary>A server has no more answers.</summary>
    /// <param name="server">Which.</param>
    /// <param name="lost">What those get that it has named and not answered for; null: nothing.</param>
    public void OnEnd(string server, Func<string, Exception>? lost = null)
    {
        lock (_gate)
        {
            if (_waitedFor.Remove(server, out HashSet<string>? asked) && lost is not null)
            {
                foreach (string connection in asked)
                {
                    _replies.Writer.TryWrite(new RemoteReply(connection, Result: null, lost(connection)));
                }
            }

            EndIfNoneLeft();
        }
    }

    /// <summary>Nobody is waited for any longer.</summary>
    public void EndAll(Func<string, Exception> lost)
    {
        string[] left;

        lock (_gate)
        {
            left = [.. _waitedFor.Keys];
        }

        foreach (string server in left)
        {
            OnEnd(server, lost);
        }
    }

    private void EndIfNoneLeft()
    {
        if (_hasAsked && _waitedFor.Count == 0)
        {
            _replies.Writer.TryComplete();
        }
    }
}
