namespace Mprpc;

/// <summary>
/// Stands around the calls and notifications of a client: may change options and arguments before a call is sent, see and change its result or error, send it
/// again, or answer in the server's place. The counterpart of <see cref="IMprpcFilter"/>.
/// </summary>
/// <remarks>
/// Filters run in the order in which they were added, the first outermost; those of a client outside those of a typed client (<c>With(filters)</c>). They run
/// once a call, whatever is done below them: waiting for a connection, a new login, a repetition after it. One object serves many calls at once.
/// </remarks>
public interface IMprpcClientFilter
{
    /// <summary>
    /// Runs for one call. To let it go on, await <paramref name="next"/>; to answer in the server's place, set <see
    /// cref="MprpcClientInvocation.Result"/> and do
    /// not call it, or throw.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="next">
    /// The next filter, or the sending of the call. Throws what the call throws. Called again, it sends the call again: the server may then run it
    /// twice, except
    /// after a <see cref="MprpcConnectionException"/> whose <see cref="MprpcConnectionException.RequestWasSent"/> is false, or a refusal such as <c>busy</c>.
    /// </param>
    ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next);
}
