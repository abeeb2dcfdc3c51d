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
    private readonly Dictionary<string, HashSet<ClientConnection>> _told = new(StringComparer.Ordinal);      // the groups as of what is published next
    private readonly Dictionary<string, HashSet<ClientConnection>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClientConnection> _ids = new(StringComparer.Ordinal);
    private readonly Queue<Waiting> _waiting = [];
    private readonly PushPass _pass = new(count);      // under the lock of the pass
    private long _waitingBytes;
    private bool _isScheduled;
    private bool _isPassing;
    private int _changes;       // of groups, among what waits

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
                Leave(_told, group, client);
            }

            return left;
        }
    }

    /// <summary>Puts a connection into a group, behind what was published before.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="group">The group.</param>
    /// <param name="max">In how many it may be.</param>
    /// <returns>False where it is in so many already; true too where it has left meanwhile.</returns>
    public bool TryJoin(ClientConnection client, string group, int max)
    {
        lock (_gate)
        {
            if (client.HasLeft || IsIn(client, group))
            {
                return true;
            }

            if (client.Groups?.Count >= max)
            {
                return false;
            }

            (client.Groups ??= new HashSet<string>(StringComparer.Ordinal)).Add(group);
            Join(_groups, group, client);
            Change(client, group, joins: true);
            return true;
        }
    }

    /// <summary>Takes a connection out of a group, behind what was published before.</summary>
    public void Leave(ClientConnection client, string group)
    {
        lock (_gate)
        {
            if (client.Groups?.Remove(group) == true)
            {
                client.Groups = client.Groups.Count == 0 ? null : client.Groups;
                Leave(_groups, group, client);
                Change(client, group, joins: false);
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

    /// <summary>Adds the connections that a target means.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="found">Where to.</param>
    /// <param name="forPass">Whether the groups are meant as they were when what is next was published.</param>
    public void Find(MprpcTarget target, ICollection<ClientConnection> found, bool forPass)
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
                    FindByName(target, found, forPass);
                    break;
            }
        }
    }

    /// <summary>Whether a target means any of the connections.</summary>
    public bool HasMembers(MprpcTarget target)
    {
        lock (_gate)
        {
            return target.Kind == TargetKind.Groups
                ? target.Names.Any(_groups.ContainsKey)
                : HasAny(target);
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
            _waiting.Enqueue(new Waiting { Target = target, Message = message });
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

                TakeWaiting();
            }

            try
            {
                _pass.Run(this);
            }
            finally
            {
                lock (_gate)
                {
                    _isPassing = false;
                }
            }

            return true;
        }
    }

    /// <summary>Under the lock: what one pass takes, up to where somebody joins or leaves a group.</summary>
    private void TakeWaiting()
    {
        int length = 0;

        while (_waiting.TryPeek(out Waiting next))
        {
            if (next.Message is not { } message)
            {
                if (length > 0)
                {
                    break;
                }

                Apply(next.Client!, next.Group!, next.Joins);
                _changes--;
            }
            else if (length > 0 && length + message.Length > MaxPass)
            {
                break;
            }
            else
            {
                length += message.Length;
                _waitingBytes -= message.Length;
                _pass.Add(next.Target!, message);
            }

            _waiting.Dequeue();
        }

        _isPassing = length > 0;
    }

    /// <summary>Under the lock.</summary>
    private bool HasAny(MprpcTarget target) => target.Kind switch
    {
        TargetKind.All or TargetKind.AllExcept => _all.Count > 0,
        TargetKind.Connection => _ids.ContainsKey(target.Name!),
        TargetKind.Groups => _changes > 0 || (target.Name is { } name ? _told.ContainsKey(name) : target.Names.Any(_told.ContainsKey)),
        _ => target.Name is { } user ? _users.ContainsKey(user) : target.Names.Any(_users.ContainsKey),
    };

    /// <summary>Under the lock: each connection once.</summary>
    private void FindByName(MprpcTarget target, ICollection<ClientConnection> found, bool forPass)
    {
        Dictionary<string, HashSet<ClientConnection>> sets = target.Kind == TargetKind.Users ? _users : forPass ? _told : _groups;

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

    /// <summary>Under the lock: a change of a group counts for what is published from here on, and not for what waits.</summary>
    private void Change(ClientConnection client, string group, bool joins)
    {
        if (_waiting.Count == 0 && !_isPassing)
        {
            Apply(client, group, joins);
            return;
        }

        _waiting.Enqueue(new Waiting { Client = client, Group = group, Joins = joins });
        _changes++;
    }

    /// <summary>Under the lock.</summary>
    private void Apply(ClientConnection client, string group, bool joins)
    {
        if (!joins)
        {
            Leave(_told, group, client);
        }
        else if (!client.HasLeft)
        {
            Join(_told, group, client);
        }
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

    private static bool IsIn(ClientConnection client, string group) => client.Groups?.Contains(group) == true;

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

    /// <summary>A notification that waits for a pass, or a change of a group between two.</summary>
    private readonly struct Waiting
    {
        public MprpcTarget? Target { get; init; }

        public PushMessage? Message { get; init; }

        public ClientConnection? Client { get; init; }

        public string? Group { get; init; }

        public bool Joins { get; init; }
    }
}
