using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What <see cref="IMprpcClients"/> and its proxies call through: the clients of the application, or fakes. Safe for concurrent use.</summary>
/// <param name="serializer">Encodes what is sent.</param>
/// <param name="limits">How large and deep a message may be.</param>
internal abstract class ClientCalls(MprpcSerializerOptions serializer, ConnectionLimits limits)
{
    /// <summary>What of an argument that is a stream may be collected into an array.</summary>
    public StreamLimits StreamLimits => limits.Streams;

    protected ConnectionLimits Limits => limits;

    protected MprpcSerializerOptions Serializer => serializer;

    /// <summary>Gives a writer for one call or notification: the name of the method, then an array of the arguments.</summary>
    public MprpcWriter Begin() => MprpcWriter.Rent(serializer, RequestWriter.FrontRoom, limits.SendLimit);

    /// <inheritdoc cref="RequestWriter.Begin"/>
    public MprpcWriter Write(string method, ReadOnlySpan<object?> arguments) => RequestWriter.Begin(serializer, limits.SendLimit, method, arguments);

    /// <summary>Tells each client of a target.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="method">The method's wire name.</param>
    /// <param name="notification">Method and arguments; given back.</param>
    /// <param name="metadata">What travels with it, to those that take it: others are not told. Null: nothing.</param>
    /// <exception cref="NotSupportedException">The target is one client of this server that does not take the metadata.</exception>
    /// <remarks>Throws MessagePackSerializationException where the notification is larger, or nests deeper, than may be sent.</remarks>
    public abstract void Publish(MprpcTarget target, string method, MprpcWriter notification, MprpcMetadata? metadata);

    /// <summary>The connection of this server that a call can be sent over at once; null: there is none.</summary>
    public virtual RpcConnection? FindHere(string connectionId) => null;

    /// <summary>Calls one client.</summary>
    /// <exception cref="MprpcConnectionException">There is no such client that can be called.</exception>
    public abstract ValueTask<T> CallAsync<T>(string connectionId, Question question, CancellationToken cancellationToken);

    /// <summary>The first of the replies, which is the only one.</summary>
    /// <exception cref="MprpcConnectionException">There is none.</exception>
    protected static async ValueTask<T> FirstAsync<T>(IAsyncEnumerable<MprpcReply<T>> replies, string otherwise)
    {
        await foreach (MprpcReply<T> reply in replies.ConfigureAwait(false))
        {
            return reply.Error is null ? reply.Result! : throw reply.Error;
        }

        throw new MprpcConnectionException(otherwise);
    }

    /// <summary>Asks each client of a target.</summary>
    public abstract IAsyncEnumerable<MprpcReply<T>> AskAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, CancellationToken cancellationToken = default);

    /// <summary>Asks the clients of a target, and gives the first result.</summary>
    /// <exception cref="MprpcConnectionException">There is none that can be called.</exception>
    public async ValueTask<T> CallAnyAsync<T>(MprpcTarget target, Question question, CancellationToken cancellationToken)
    {
        Exception? last = null;
        TimeSpan timeout = question.Options.Timeout ?? Timeout.InfiniteTimeSpan;

        await foreach (MprpcReply<T> reply in AskAsync<T>(target, question, timeout, cancellationToken).ConfigureAwait(false))
        {
            if (reply.Error is null)
            {
                return reply.Result!;
            }

            last = reply.Error;
        }

        throw last ?? new MprpcConnectionException($"There is no connection of {target} that can be called; '{question.Method}' was not sent.");
    }
}
