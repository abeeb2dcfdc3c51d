using System.Diagnostics.CodeAnalysis;

namespace Mprpc.AspNetCore;

/// <summary>
/// Calls the clients that are connected, by a contract that they serve; a singleton that can be injected anywhere: <c>clients.Group("eu").Show(tick)</c>.
/// </summary>
/// <typeparam name="T">The contract: an interface marked [MprpcService]. The names are made by <see cref="MprpcServerOptions.NamingPolicy"/>.</typeparam>
/// <remarks>
/// Void methods are notifications: sent to each client, encoded once, nobody is waited for. A method that returns a task asks for a result: <see
/// cref="Single"/> gives that of one client, <c>AskAsync</c> those of many; through what stands for many it throws <see cref="NotSupportedException"/>, which
/// the diagnostic MPRPC021 tells in the editor. What the members return can be kept, and is safe for concurrent use.
/// </remarks>
public interface IMprpcClients<T> : IMprpcClients
    where T : class
{
    /// <summary>All clients that can be called.</summary>
    T All { get; }

    /// <summary>All clients but some.</summary>
    /// <param name="connectionIds">The connections that are left out (<see cref="MprpcConnection.Id"/>).</param>
    T AllExcept(params IReadOnlyCollection<string> connectionIds);

    /// <summary>The clients of a group.</summary>
    /// <param name="name">The group; one without members is no error.</param>
    T Group(string name);

    /// <summary>The clients of any of several groups; who is in two of them is called once.</summary>
    /// <param name="names">The groups.</param>
    T Group(params IReadOnlyCollection<string> names);

    /// <summary>
    /// The connections of a user. A method with a result asks all of them, and gives the first result; where none gives one it throws what the last one said.
    /// </summary>
    /// <param name="id">The user's identifier, as the <see cref="IMprpcUserIdProvider"/> says.</param>
    T User(string id);

    /// <summary>The connections of several users.</summary>
    /// <param name="ids">The users' identifiers.</param>
    T Users(params IReadOnlyCollection<string> ids);

    /// <summary>One client, whose methods return their results.</summary>
    /// <param name="connectionId">Its connection, as <see cref="MprpcConnection.Id"/> names it. If there is none, calls throw
    /// <see cref="MprpcConnectionException"/>, and notifications go nowhere.</param>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "One client, not a number.")]
    T Single(string connectionId);

    /// <summary>Calls a method of each client of a target, and gives the answers as they come:
    /// <c>clients.AskAsync(clients.Group("eu"), s => s.ConfirmAsync(order, stop), within: TimeSpan.FromSeconds(2))</c>.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="target">Which clients: what <see cref="All"/>, <c>Group</c> and the others return.</param>
    /// <param name="call">
    /// One call of a method of the contract, whose task it returns as it is. It is called once, to encode the call; options are put into it:
    /// <c>s => s.With(options).ConfirmAsync(order, stop)</c>.
    /// </param>
    /// <param name="within">How long each client may take; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <returns>
    /// One reply a client, in the order of the answers; it ends when all have answered, have failed or have let the time pass. The calls are made when it is
    /// enumerated, and are cancelled where that ends early.
    /// </returns>
    /// <exception cref="ArgumentException">The target is not one of these, or <paramref name="call"/> is not one call of the contract.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is zero or negative.</exception>
    IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, ValueTask<TResult>> call, TimeSpan within);

    /// <inheritdoc cref="AskAsync{TResult}(T, Func{T, ValueTask{TResult}}, TimeSpan)"/>
    IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, Task<TResult>> call, TimeSpan within);

    /// <summary>Calls a method without a result of each client of a target, and tells as they come which have run it, and which have failed.</summary>
    /// <param name="target">Which clients: what <see cref="All"/>, <c>Group</c> and the others return.</param>
    /// <param name="call">One call of a method of the contract, whose task it returns as it is; called once, to encode the call.</param>
    /// <param name="within">How long each client may take; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.</param>
    /// <inheritdoc cref="AskAsync{TResult}(T, Func{T, ValueTask{TResult}}, TimeSpan)" path="/*[self::returns or self::exception]"/>
    IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, ValueTask> call, TimeSpan within);

    /// <inheritdoc cref="AskAsync(T, Func{T, ValueTask}, TimeSpan)"/>
    IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, Task> call, TimeSpan within);
}
