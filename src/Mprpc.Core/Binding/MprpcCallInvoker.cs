using System.ComponentModel;
using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.CompilerServices;

/// <summary>What a generated proxy calls through: a client, or one connection. For generated code.</summary>
/// <remarks>
/// A call is <see cref="BeginCall"/>, the method's name and an array of its arguments written, then one of the sending methods, or <see cref="Drop"/> if
/// writing threw. Safe for concurrent use.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MprpcCallInvoker : ICallSender
{
    private static readonly MprpcStreamOptions s_noOptions = new();

    private readonly TimeSpan _callTimeout;
    private readonly MprpcMetadata? _told;

    /// <param name="callTimeout">How long a call may take.</param>
    /// <param name="told">What the peer is told of each call besides method and arguments; null: nothing.</param>
    private protected MprpcCallInvoker(TimeSpan callTimeout, MprpcMetadata? told = null)
    {
        _callTimeout = callTimeout;
        _told = told;
    }

    /// <summary>How long a call may take that does not say itself.</summary>
    internal virtual TimeSpan CallTimeout => _callTimeout;

    /// <summary>What of an argument that is a stream may be collected into an array, for a peer that takes no streams.</summary>
    internal abstract StreamLimits StreamLimits { get; }

    /// <summary>What the names are sent through that another makes of those of a generated proxy: else this itself.</summary>
    internal virtual MprpcCallInvoker Innermost => this;

    /// <summary>How long a call takes at most because options say so, which count for a whole stream; null: they say nothing.</summary>
    internal virtual TimeSpan? OwnTimeout => null;

    /// <summary>Gives a writer for one call: the name of the method, then an array of the arguments.</summary>
    public abstract MprpcWriter BeginCall();

    /// <summary>Takes the writer of a call back that is not made, because writing an argument threw.</summary>
    /// <param name="call">What <see cref="BeginCall"/> gave; not to be used any more.</param>
    public static void Drop(MprpcWriter call) => MprpcWriter.Return(call);

    /// <summary>Sends a request and reads its result.</summary>
    /// <typeparam name="T">The type to read the result as.</typeparam>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>Not virtual: finding the code of a virtual generic method costs each call a look-up.</remarks>
    public ValueTask<T> CallAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => TryGetConnection(cancellationToken) is { } connection
            && connection.TryCall(method, request, _callTimeout, _told, cancellationToken, out ValueTask<T> result)
            ? result
            : CallWhenReadyAsync<T>(method, request, cancellationToken);

    /// <summary>Sends a request whose result is read over.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask CallAsync(string method, MprpcWriter request, CancellationToken cancellationToken)
    {
        if (TryGetConnection(cancellationToken) is { } connection)
        {
            PendingCall<NoValue> call = PendingCall<NoValue>.Rent(method, _callTimeout);
            call.Told = _told;
            ValueTask result = call.TaskWithoutResult;

            if (connection.TryCall(call, request, cancellationToken))
            {
                return result;
            }
        }

        return WithoutResult(CallWhenReadyAsync<NoValue>(method, request, cancellationToken));
    }

    /// <summary>Sends a request that may run twice without harm, and reads its result.</summary>
    /// <typeparam name="T">The type to read the result as.</typeparam>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<T> CallIdempotentAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => SendAsync<T>(method, request, new MprpcCallOptions { CancellationToken = cancellationToken, Idempotent = true });

    /// <summary>Sends a request that may run twice without harm, and whose result is read over.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask CallIdempotentAsync(string method, MprpcWriter request, CancellationToken cancellationToken)
        => WithoutResult(CallIdempotentAsync<NoValue>(method, request, cancellationToken));

    /// <summary>Sends a request some of whose arguments are streams, and reads its result.</summary>
    /// <typeparam name="T">The type to read the result as; <see cref="NoValue"/> for none.</typeparam>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait, and the streams.</param>
    public ValueTask<T> FeedAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => FeedAsync<T>(method, request, (MprpcCallOptions)cancellationToken);

    /// <summary>The same where there is no result.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait, and the streams.</param>
    public ValueTask FeedAsync(string method, MprpcWriter request, CancellationToken cancellationToken)
        => WithoutResult(FeedAsync<NoValue>(method, request, (MprpcCallOptions)cancellationToken));

    /// <summary>Makes a call whose result is a stream: each enumeration sends the request, and ends with the call.</summary>
    /// <typeparam name="T">The type to read the items as.</typeparam>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave, also with arguments that are streams; belongs to the invoker from here on.</param>
    /// <param name="prefetch">How many items the peer may be ahead; 0: as many as fit the window.</param>
    /// <param name="cancellationToken">Ends each enumeration.</param>
    public IAsyncEnumerable<T> StreamAsync<T>(string method, MprpcWriter request, int prefetch, CancellationToken cancellationToken)
        => new StreamRequest<T>(this, method, request, prefetch > 0 ? new MprpcStreamOptions { Prefetch = prefetch } : s_noOptions, cancellationToken);

    /// <summary>Sends a notification: nobody waits for it, and what the peer makes of it is not known.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the notification has it already.</param>
    /// <param name="notification">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <exception cref="MessagePackSerializationException">The notification is larger, or nests deeper, than may be sent; nothing was sent.</exception>
    /// <exception cref="MprpcConnectionException">The connection is closed; nothing was sent.</exception>
    public abstract void Notify(string method, MprpcWriter notification);

    StreamLimits ICallSender.StreamLimits => StreamLimits;

    ValueTask<T> ICallSender.SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options) => SendAsync<T>(method, request, options);

    /// <summary>A call as one whose result is of no interest.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal static async ValueTask WithoutResultAsync(ValueTask<NoValue> call) => await call.ConfigureAwait(false);

    /// <inheritdoc cref="WithoutResultAsync"/>
    internal virtual ValueTask WithoutResult(ValueTask<NoValue> call) => WithoutResultAsync(call);

    /// <summary>What calls the same with these filters around each call, inside those that are there.</summary>
    internal virtual MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters)
        => throw new NotSupportedException("The calls over a single connection have no filters. Add them to a client, or to a typed client of it.");

    /// <summary>Sends a notification with options of its own; nobody waits for it, so that its timeout and its token have no effect.</summary>
    /// <exception cref="NotSupportedException">It has metadata, and it is known already that the peer takes none; nothing was sent.</exception>
    internal abstract void Notify(string method, MprpcWriter notification, MprpcCallOptions options);

    /// <summary>The same with options of the call's own.</summary>
    internal ValueTask<T> FeedAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
        => FeedingCall.SendAsync<T>(this, method, request, request.TakeStreams(), result: null, options);

    /// <summary>The connection, where one can take a call at once.</summary>
    internal abstract RpcConnection? TryGetConnection(CancellationToken cancellationToken);

    /// <summary>Sends a request with options of its own: at once if a connection is there.</summary>
    internal abstract ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options);

    /// <summary>Sends a request when there is a connection, or fails as the client says.</summary>
    internal abstract ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken);
}
