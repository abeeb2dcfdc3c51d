using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Clients;
using Mprpc.Testing.Fakes;

namespace Mprpc.Testing;

/// <summary>
/// Clients that are not there, for tests of a class that takes <see cref="IMprpcClients{T}"/>: it records what they are told and asked, and they answer as the
/// test says. For clients that are there, in memory, see <see cref="MprpcTestHost"/>.
/// </summary>
/// <typeparam name="T">The contract: an interface marked [MprpcService].</typeparam>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class MprpcFakeClients<T> : IMprpcClients<T>
    where T : class
{
    private readonly FakeClientCalls _calls;
    private readonly TypedClients<T> _clients;

    /// <summary>Makes clients of which none is connected.</summary>
    /// <param name="options">The server's options, whose naming policy and serializer count. Null: the defaults.</param>
    /// <exception cref="InvalidOperationException">The interface is no contract.</exception>
    public MprpcFakeClients(MprpcServerOptions? options = null)
    {
        options ??= new MprpcServerOptions();
        _calls = new FakeClientCalls(options);
        _clients = new TypedClients<T>(_calls, _calls.Groups, Options.Create(options));
    }

    /// <summary>What was called, in its order: notifications, single calls, and questions when they are enumerated.</summary>
    public IReadOnlyList<MprpcFakeClientCall> Calls => _calls.Recorded;

    /// <inheritdoc/>
    public IMprpcGroups Groups => _clients.Groups;

    /// <inheritdoc/>
    public T All => _clients.All;

    /// <summary>Connects a client.</summary>
    /// <param name="connectionId">Its connection.</param>
    /// <param name="user">Whose it is; null: nobody's.</param>
    /// <param name="groups">The groups that it is in; others join with <see cref="IMprpcGroups.AddAsync"/>.</param>
    public void Connect(string connectionId, string? user = null, params IReadOnlyCollection<string> groups) => _calls.Connect(connectionId, user, groups);

    /// <summary>The groups that a client is in.</summary>
    /// <param name="connectionId">Its connection.</param>
    /// <exception cref="ArgumentException">It is not connected.</exception>
    public IReadOnlyCollection<string> GroupsOf(string connectionId) => _calls.GroupsOf(connectionId);

    /// <summary>Says what a client answers to a method; to others it answers with an error, as one that has no such method.</summary>
    /// <param name="connectionId">Its connection.</param>
    /// <param name="method">The method's wire name, such as <c>screen.confirm</c>.</param>
    /// <param name="answer">Gives the result, of the type that is asked for; throws <see cref="MprpcException"/> for an error.</param>
    /// <exception cref="ArgumentException">The client is not connected.</exception>
    public void Answer(string connectionId, string method, Func<MprpcFakeCall, object?> answer) => _calls.Answer(connectionId, method, answer);

    /// <inheritdoc/>
    public T AllExcept(params IReadOnlyCollection<string> connectionIds) => _clients.AllExcept(connectionIds);

    /// <inheritdoc/>
    public T Group(string name) => _clients.Group(name);

    /// <inheritdoc/>
    public T Group(params IReadOnlyCollection<string> names) => _clients.Group(names);

    /// <inheritdoc/>
    public T User(string id) => _clients.User(id);

    /// <inheritdoc/>
    public T Users(params IReadOnlyCollection<string> ids) => _clients.Users(ids);

    /// <inheritdoc/>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "As of the interface: one client, not a number.")]
    public T Single(string connectionId) => _clients.Single(connectionId);

    /// <inheritdoc/>
    public IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, ValueTask<TResult>> call, TimeSpan within)
        => _clients.AskAsync(target, call, within);

    /// <inheritdoc/>
    public IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, Task<TResult>> call, TimeSpan within)
        => _clients.AskAsync(target, call, within);

    /// <inheritdoc/>
    public IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, ValueTask> call, TimeSpan within) => _clients.AskAsync(target, call, within);

    /// <inheritdoc/>
    public IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, Task> call, TimeSpan within) => _clients.AskAsync(target, call, within);

    /// <inheritdoc/>
    public void Notify(MprpcTarget target, string method, params ReadOnlySpan<object?> arguments) => _clients.Notify(target, method, arguments);

    /// <inheritdoc/>
    public ValueTask<TResult> CallAsync<TResult>(string connectionId, string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
        => _clients.CallAsync<TResult>(connectionId, method, options, arguments);

    /// <inheritdoc/>
    public IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(
        MprpcTarget target, TimeSpan within, string method, params ReadOnlySpan<object?> arguments)
        => _clients.AskAsync<TResult>(target, within, method, arguments);
}
