using Mprpc.AspNetCore.Diagnostics;

namespace Mprpc.AspNetCore.Clients;

/// <summary>
/// Some of the connections, few enough that one thread tells them all something soon. What is published during a pass over them joins the next pass, so that
/// each connection has one send for all of it. Safe for concurrent use.
/// </summary>
internal sealed class ClientShard(Action<PushLosses> count) : IThreadPoolWorkItem
{
    public const int Capacity = 4096;

    // Above this, who publishes takes part: else there would be no bound.
    private const int MaxWaiting = 16 * 1024 * 1024;

    // What one pass takes: a connection may have so much pending over its limit.
    private const int MaxPass = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _passing = new();
    private readonly HashSet<ClientConnection> _all = [];
    private readonly Dictionary<string, HashSet<ClientConnection>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ClientConnection>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientConnection> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(MprpcTarget Target, PushMessage Message)> _waiting = [];
    private readonly PushPass _pass = new(count);      // under the lock of the pass
    private long _waitingBytes;
    private bool _isScheduled;

    /// <summary>Only for tests: how many notifications wait for a pass, or are in one.</summary>
    internal int WaitingCount
    {
        get
        {
            lock (_passing)
            {
                lock (_gate)
                {
                    return _waiting.Count;
                }
            }
        }
    }

    public bool TryAdd(ClientConnection client)
    {
        lock (_gate)
        {
            if (_all.Count == Capacity)
            {
                return false;
            }

            client.Shard = this;
            _ids[client.Connection.Id] = client;
            return _all.Add(client);
        }
    }

    /// <summary>Takes a connection out, and out of its groups.</summary>
    /// <returns>The groups that it was in.</returns>
    public IReadOnlyCollection<string> Remove(ClientConnection client)
    {
        lock (_gate)
        {
            client.HasLeft = true;
            _all.Remove(client);

            if (_ids.GetValueOrDefault(client.Connection.Id) == client)
            {
                _ids.Remove(client.Connection.Id);
            }

            Leave(_users, client.UserId, client);
            HashSet<string> left = client.Groups ?? [];
            client.Groups = null;

            foreach (string group in left)
            {
                Leave(_groups, group, client);
            }

            return left;
        }
    }

    /// <summary>Puts a connection into a group.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="group">The group.</param>
    /// <param name="max">In how many it may be.</param>
    /// <returns>False where it is in so many already; true too where it has left meanwhile.</returns>
    public bool TryJoin(ClientConnection client, string group, int max)
    {
        lock (_gate)
        {
            if (client.HasLeft || client.Groups?.Contains(group) == true)
            {
                return true;
            }

            if (client.Groups?.Count >= max)
            {
                return false;
            }

            (client.Groups ??= new HashSet<string>(StringComparer.Ordinal)).Add(group);
            Join(_groups, group, client);
            return true;
        }
    }

    public void Leave(ClientConnection client, string group)
    {
        lock (_gate)
        {
            if (client.Groups?.Remove(group) == true)
            {
                Leave(_groups, group, client);
                client.Groups = client.Groups.Count == 0 ? null : client.Groups;
            }
        }
    }

    /// <summary>Notes whose a connection is.</summary>
    public void SetUser(ClientConnection client, string? id)
    {
        lock (_gate)
        {
            if (!client.HasLeft)
            {
                Leave(_users, client.UserId, client);
                client.UserId = string.IsNullOrEmpty(id) ? null : id;
                client.User = client.Principal;

                if (client.UserId is { } user)
                {
                    Join(_users, user, client);
                }
            }
        }
    }

    /// <summary>Adds the connections that a target means at this moment.</summary>
    public void Find(MprpcTarget target, ICollection<ClientConnection> found)
    {
        lock (_gate)
        {
            switch (target.Kind)
            {
                case TargetKind.All or TargetKind.AllExcept:
                    Add(_all, target, found);
                    break;
                case TargetKind.Connection:
                    Add(_ids.TryGetValue(target.Name!, out ClientConnection? client) ? [client] : [], target, found);
                    break;
                default:
                    FindByName(target, found);
                    break;
            }
        }
    }

    /// <summary>Whether a target means any of the connections.</summary>
    public bool HasMembers(MprpcTarget target)
    {
        lock (_gate)
        {
            return HasAny(target);
        }
    }

    /// <summary>Tells the connections of a target, soon, on another thread.</summary>
    public void Publish(MprpcTarget target, PushMessage message)
    {
        bool helps, begins;

        lock (_gate)
        {
            if (!HasAny(target))
            {
                return;
            }

            message.AddReference();
            _waiting.Enqueue((target, message));
            _waitingBytes += message.Length;
            helps = _waitingBytes > MaxWaiting;
            begins = !_isScheduled;
            _isScheduled = true;
        }

        if (begins)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        if (helps)
        {
            Pass();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Pass())
        {
        }
    }

    /// <returns>False if nothing waits any more.</returns>
    private bool Pass()
    {
        lock (_passing)
        {
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isScheduled = false;
                    return false;
                }

                int length = 0;

                while (_waiting.TryPeek(out (MprpcTarget Target, PushMessage Message) next) && (length == 0 || length + next.Message.Length <= MaxPass))
                {
                    _waiting.Dequeue();
                    _waitingBytes -= next.Message.Length;
                    length += next.Message.Length;
                    _pass.Add(next.Target, next.Message);
                }
            }

            _pass.Run(this);
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private bool HasAny(MprpcTarget target) => target.Kind switch
    {
        TargetKind.All or TargetKind.AllExcept => _all.Count > 0,
        TargetKind.Connection => _ids.ContainsKey(target.Name!),
        TargetKind.Groups => target.Name is { } name ? _groups.ContainsKey(name) : target.Names.Any(_groups.ContainsKey),
        _ => target.Name is { } name ? _users.ContainsKey(name) : target.Names.Any(_users.ContainsKey),
    };

    /// <summary>Under the lock: each connection once.</summary>
    private void FindByName(MprpcTarget target, ICollection<ClientConnection> found)
    {
        Dictionary<string, HashSet<ClientConnection>> sets = target.Kind == TargetKind.Groups ? _groups : _users;

        if (target.Name is { } only)
        {
            Add(sets.GetValueOrDefault(only) ?? [], target, found);
            return;
        }

        HashSet<ClientConnection> union = [];

        foreach (string name in target.Names)
        {
            union.UnionWith(sets.GetValueOrDefault(name) ?? []);
        }

        Add(union, target, found);
    }

    private static void Add(IReadOnlyCollection<ClientConnection> clients, MprpcTarget target, ICollection<ClientConnection> found)
    {
        foreach (ClientConnection client in clients)
        {
            // A credential may have come to its end since.
            if (!target.Excludes(client.Connection.Id) && (target.Kind != TargetKind.Users || client.User == client.Principal))
            {
                found.Add(client);
            }
        }
    }

    private static void Join(Dictionary<string, HashSet<ClientConnection>> sets, string name, ClientConnection client)
    {
        if (!sets.TryGetValue(name, out HashSet<ClientConnection>? set))
        {
            sets[name] = set = [];
        }

        set.Add(client);
    }

    private static void Leave(Dictionary<string, HashSet<ClientConnection>> sets, string? name, ClientConnection client)
    {
        if (name is not null && sets.TryGetValue(name, out HashSet<ClientConnection>? set) && set.Remove(client) && set.Count == 0)
        {
            sets.Remove(name);
        }
    }
}
