namespace Mprpc.AspNetCore;

/// <summary>Which clients are meant, of all that are connected when it is used; for <see cref="IMprpcClients"/>.</summary>
/// <remarks>Immutable: it can be kept, and is safe for concurrent use.</remarks>
public sealed class MprpcTarget
{
    private readonly string? _name;
    private readonly HashSet<string>? _names;

    private MprpcTarget(TargetKind kind, string? name = null, HashSet<string>? names = null)
    {
        Kind = kind;
        _name = name;
        _names = names;
    }

    /// <summary>All clients that can be called.</summary>
    public static MprpcTarget All { get; } = new(TargetKind.All);

    internal TargetKind Kind { get; }

    /// <summary>The group, user or connection, where it is one; else null.</summary>
    internal string? Name => _name;

    /// <summary>The groups, users, or connections that are left out; empty: see <see cref="Name"/>.</summary>
    internal IReadOnlyCollection<string> Names => _names ?? (_name is null ? [] : [_name]);

    /// <summary>All clients but some.</summary>
    /// <param name="connectionIds">The connections that are left out (<see cref="MprpcConnection.Id"/>); none: nobody is.</param>
    public static MprpcTarget AllExcept(params IReadOnlyCollection<string> connectionIds)
        => new(TargetKind.AllExcept, names: SetOf(connectionIds, nameof(connectionIds)));

    /// <summary>The clients of a group.</summary>
    /// <param name="name">The group, as it was given to <see cref="IMprpcGroups.Add"/>; one without members is no error.</param>
    public static MprpcTarget Group(string name) => new(TargetKind.Groups, Checked(name, nameof(name)));

    /// <summary>The clients of any of several groups; who is in two of them is called once.</summary>
    /// <param name="names">The groups.</param>
    public static MprpcTarget Group(params IReadOnlyCollection<string> names) => new(TargetKind.Groups, names: SetOf(names, nameof(names)));

    /// <summary>The connections of a user.</summary>
    /// <param name="id">The user's identifier, as the <see cref="IMprpcUserIdProvider"/> says.</param>
    public static MprpcTarget User(string id) => new(TargetKind.Users, Checked(id, nameof(id)));

    /// <summary>The connections of several users.</summary>
    /// <param name="ids">The users' identifiers.</param>
    public static MprpcTarget User(params IReadOnlyCollection<string> ids) => new(TargetKind.Users, names: SetOf(ids, nameof(ids)));

    /// <summary>One connection.</summary>
    /// <param name="connectionId">Its <see cref="MprpcConnection.Id"/>.</param>
    public static MprpcTarget Connection(string connectionId) => new(TargetKind.Connection, Checked(connectionId, nameof(connectionId)));

    /// <summary>The target in words, for logs and errors.</summary>
    public override string ToString() => Kind switch
    {
        TargetKind.All => "all clients",
        TargetKind.AllExcept => $"all clients but {Names.Count:N0}",
        TargetKind.Groups => _name is null ? $"{Names.Count:N0} groups" : $"the group '{_name}'",
        TargetKind.Users => _name is null ? $"{Names.Count:N0} users" : $"the user '{_name}'",
        _ => $"connection {_name}",
    };

    internal bool Excludes(string connectionId) => Kind == TargetKind.AllExcept && _names!.Contains(connectionId);

    /// <summary>Whether it certainly means the same clients.</summary>
    internal bool IsSameAs(MprpcTarget other) => ReferenceEquals(this, other) || (Kind == other.Kind && _name is not null && _name == other._name);

    private static string Checked(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        return name;
    }

    private static HashSet<string> SetOf(IReadOnlyCollection<string> names, string parameter)
    {
        ArgumentNullException.ThrowIfNull(names, parameter);
        HashSet<string> set = new(names, StringComparer.Ordinal);
        return !set.Any(string.IsNullOrEmpty) ? set : throw new ArgumentException("A name is null or empty.", parameter);
    }
}
