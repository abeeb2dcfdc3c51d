using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;
using Mprpc.Framing;
using Mprpc.Messages;

namespace Mprpc.Connections;

/// <summary>A connection as both sides have it: it reads messages, serves the peer's calls, and makes calls of its own.</summary>
internal sealed class RpcConnection : MprpcConnection
{
    internal static readonly ClaimsPrincipal Anonymous = new(new ClaimsIdentity());

    private readonly RpcConnectionSettings _settings;
    private readonly ReadLoop _loop;
    private readonly CancellationTokenSource _closed = new();
    private Dictionary<object, object?>? _items;
    private Suspicion _continuationsBlock;
    private readonly ConnectionWatch _watch;
    private Exception? _failure;
    private ConnectionLimit? _limitHit;
    private bool _callsHaveWaited;
    private Task? _transportClosed;
    private volatile bool _isAborted;

    public RpcConnection(RpcConnectionSettings settings)
    {
        _settings = settings;
        Limits = settings.Limits;
        Closed = _closed.Token;
        var gate = new Lock();
        Requests = new InFlightRequests(settings.Clock, gate);
        RunningCalls = new RunningCalls(settings.Limits.MaxRunningCalls, settings.RunningCallsTotal, Requests);
        Output = new MessageOutput(settings.Transport.Output, settings.Serializer, OnOutputFailed, gate);
        AnswerOrder = settings.ResponseOrder == MprpcResponseOrder.AsCompleted ? null : new AnswerOrder(settings.ResponseOrder, Output, RunningCalls, settings.Clock);
        _loop = new ReadLoop(this, settings.Transport.Input, settings.Limits.MaxMessageSize, settings.Limits.MaxDepth);
        _watch = new ConnectionWatch(this, _loop, settings.Limits, settings.Clock);
    }

    public override string Id => _settings.Id;

    public override EndPoint? LocalEndPoint => _settings.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _settings.RemoteEndPoint;

    public override ClaimsPrincipal User => Session?.User ?? Anonymous;

    public override IFeatureCollection Features => _settings.Features;

    public override IDictionary<object, object?> Items => _items ?? Interlocked.CompareExchange(ref _items, [], null) ?? _items;

    public override CancellationToken Closed { get; }

    /// <summary>Who the peer is, where this side asks for it; else null.</summary>
    public RpcSession? Session => _settings.Session;

    public MessageOutput Output { get; }

    public RunningCalls RunningCalls { get; }

    /// <summary>Whether the peer has sent anything at all.</summary>
    public bool HasReceived => _loop.HasReceived;

    public InFlightRequests Requests { get; }

    /// <summary>When answers may be sent, where the peer wants an order; else null.</summary>
    public AnswerOrder? AnswerOrder { get; }

    /// <summary>Whether the peer has so many answers to read that it must read some before it may call on. Not while calls to the peer wait: their answers must be read.</summary>
    public bool IsCongested => Output.IsCongested && Requests.Count == 0;

    /// <summary>Ends when the transport reads no more; for the read loop alone, and only where it does not read itself.</summary>
    public Task TransportClosed => _transportClosed ??= Task.Delay(Timeout.Infinite, _settings.TransportClosed);

    public Dispatcher Dispatcher => _settings.Dispatcher;

    public MprpcSerializerOptions Serializer => _settings.Serializer;

    /// <summary>What the peer may demand at this moment.</summary>
    public ConnectionLimits Limits { get; private set; }

    public ILogger Logger => _settings.Logger;

    public TimeProvider Clock => _settings.Clock;

    public IServiceProvider Services => _settings.Services
        ?? throw new InvalidOperationException("This connection has no services: it was made without a service provider.");

    /// <summary>Serves the connection until it ends: what has been received is handled and answered, then the transport is completed.</summary>
    /// <returns>Why it ended; null where the peer or this side closed it in good order.</returns>
    public async Task<Exception?> RunAsync()
    {
        ProtocolLog.ConnectionStarted(Logger, Id);

        if (Limits.HasDeadlines || _settings.IsTransportReset is not null)
        {
            Heartbeat.Of(_settings.Clock).Add(_watch);
        }

        Exception? reason = null;

        try
        {
            await _loop.RunAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            reason = exception;
        }

        reason = _failure ?? reason;
        string message = reason is null ? "The connection was closed before the answer came." : $"The connection was lost before the answer came: {reason.Message}";
        Requests.Close(() => new MprpcConnectionException(message, requestWasSent: true, reason));

        if (reason is null && !_isAborted)
        {
            // docs/protocol.md 9: a peer that has finished sending still gets its answers.
            await RunningCalls.WaitForNoneAsync().WaitAsync(Closed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Output.WaitUntilSentAsync().ConfigureAwait(false);
            reason = _failure;
        }

        Heartbeat.Of(_settings.Clock).Remove(_watch);
        LogEnd(reason);

        // What runs on cancellation is user code: where it throws, the transport is completed all the same.
        await _closed.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Output.Close();
        await _settings.Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _settings.Transport.Input.CompleteAsync().ConfigureAwait(false);
        return reason;
    }

    /// <summary>Ends the connection in good order: what has been received is answered.</summary>
    public void Stop() => _loop.Stop();

    /// <summary>Changes how large the peer's messages may be and how many of its calls may run, from its next message on; deadlines stay as they are.</summary>
    public void ChangeLimits(ConnectionLimits limits)
    {
        Limits = limits;
        _loop.ChangeMaxMessageSize(limits.MaxMessageSize);
        RunningCalls.ChangeLimit(limits.MaxRunningCalls);
    }

    public override void Abort()
    {
        _isAborted = true;
        _settings.AbortTransport();
        _ = _closed.CancelAsync().ContinueWith(static task => task.Exception, TaskScheduler.Default);      // on another thread: what runs on cancellation is not ours
    }

    /// <summary>Closes the connection at once, because the peer breaks a limit.</summary>
    public void Abort(ConnectionLimit limit, Exception reason)
    {
        _limitHit ??= limit;
        Abort(reason);
    }

    /// <summary>Closes the connection at once, because it cannot go on.</summary>
    public void Abort(Exception reason)
    {
        _failure ??= reason;
        Abort();
    }

    /// <summary>Ends the connection in good order, because nothing has been said for too long.</summary>
    public void StopIdle(TimeSpan elapsed)
    {
        if (_settings.LimitHits?.Add(ConnectionLimit.Idle) ?? true)
        {
            ProtocolLog.ConnectionIdle(Logger, Id, elapsed);
        }

        Stop();
    }

    /// <summary>Looks, where nothing is read, whether the peer has left.</summary>
    public void CheckTransport()
    {
        if (_loop.IsDeaf && _settings.IsTransportReset?.Invoke() == true)
        {
            Abort(new IOException("The peer has reset the connection."));
        }
    }

    /// <summary>Why a message cannot be read.</summary>
    public MprpcProtocolException Violation(FrameStatus status)
    {
        _limitHit ??= ConnectionLimits.HitBy(status);
        return Limits.Violation(status);
    }

    /// <summary>Messages wait unread, since no further call may run.</summary>
    public void OnCallsWait()
    {
        bool isOwn = RunningCalls.IsAtOwnLimit;
        ConnectionLimit limit = isOwn ? ConnectionLimit.CallsInFlightPerConnection : ConnectionLimit.CallsInFlight;

        bool isFirst = !_callsHaveWaited;
        _callsHaveWaited = true;

        if (_settings.LimitHits?.Add(limit, isFirst) ?? false)
        {
            ProtocolLog.CallsWait(Logger, Id, RunningCalls.Count, $"{Limits.OptionsName}.{(isOwn ? "MaxCallsInFlightPerConnection" : "MaxCallsInFlight")}");
        }
    }

    public override ValueTask<T> CallAsync<T>(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        MprpcWriter request = RequestWriter.Begin(Serializer, method, arguments);

        if (TryCall(method, request, options.Timeout ?? _settings.CallTimeout, options.CancellationToken, out ValueTask<T> result))
        {
            return result;
        }

        MprpcWriter.Return(request);
        return ValueTask.FromException<T>(NotSent());
    }

    public override ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments)
    {
        MprpcWriter notification = RequestWriter.Begin(Serializer, method, arguments);

        if (!TryNotify(notification))
        {
            MprpcWriter.Return(notification);
            throw NotSent();
        }

        return Output.IsCongested ? new ValueTask(Output.WaitUntilSentAsync()) : ValueTask.CompletedTask;
    }

    /// <summary>Makes a call of a request whose method and arguments are written.</summary>
    /// <returns>False where the connection is closed: nothing was sent, the result is not to be used, and the request can be sent over another.</returns>
    public bool TryCall<T>(string method, MprpcWriter request, TimeSpan timeout, CancellationToken cancellationToken, out ValueTask<T> result)
    {
        PendingCall<T> call = PendingCall<T>.Rent(method, timeout);
        result = call.Task;
        return TryCall(call, request, cancellationToken);
    }

    /// <summary>Sends a request whose method and arguments are written.</summary>
    /// <returns>False where the connection is closed: nothing was sent, and both can be sent over another.</returns>
    public bool TryCall(PendingCall call, MprpcWriter request, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            bool isSent = Output.TrySend(call, request, Requests);
            RunningCalls.Recheck();
            return isSent;
        }

        if (!Requests.TryAdd(call))
        {
            return false;
        }

        RunningCalls.Recheck();
        RequestWriter.PrependRequestHead(request, call.MessageId);
        call.Watch(cancellationToken);      // before it is sent: once it is answered, the object may be another call's

        if (Output.TrySend(request))
        {
            return true;
        }

        request.DropFront(RequestWriter.HeadRoom);

        // Where somebody else has taken the call, it fails with the connection. A token that lives long would keep each call that was refused.
        return !(Requests.Remove(call) && call.Forget());
    }

    /// <summary>Sends a notification whose method and arguments are written.</summary>
    /// <returns>False where the connection is closed: nothing was sent.</returns>
    public bool TryNotify(MprpcWriter notification)
    {
        RequestWriter.PrependNotificationHead(notification);

        if (Output.TrySend(notification))
        {
            return true;
        }

        notification.DropFront(RequestWriter.HeadRoom);
        return false;
    }

    /// <summary>Handles one whole message.</summary>
    /// <returns>False where the read loop has gone on without this thread.</returns>
    /// <exception cref="MprpcProtocolException">The message breaks the protocol.</exception>
    public bool Handle(ReadOnlyMemory<byte> message, ReadLoop loop)
    {
        if (!MessageHead.TryRead(message.Span, out MessageHead head))
        {
            throw new MprpcProtocolException(
                "A message is no MessagePack-RPC message: allowed are [0, msgid, method, params], [1, msgid, error, result] and [2, method, params], msgid an integer of 32 bits.");
        }

        return head.Kind == MessageKind.Response ? HandleResponse(message, head, loop) : Dispatcher.Dispatch(this, loop, message, head);
    }

    /// <summary>Sends an answer: with the loop's batch where the thread holds the loop, else by itself.</summary>
    public void Answer(in IncomingCall call, bool onLoop, MprpcWriter answer)
    {
        if (call.Turn is not null)
        {
            AnswerOrder!.Complete(call.Turn, answer);
        }
        else if (onLoop)
        {
            call.Loop!.Batch.WriteEncoded(answer.WrittenSpan);
            MprpcWriter.Return(answer);
        }
        else if (!Output.TrySend(answer))
        {
            MprpcWriter.Return(answer);
        }
    }

    /// <summary>Somebody's code has held the read loop up, and the loop goes on without its thread.</summary>
    /// <param name="method">The method that runs there, or null where it is code that awaited a call.</param>
    public void OnHeldUp(RpcMethod? method)
    {
        if (method is null)
        {
            ProtocolLog.ContinuationBlocks(Logger, Id);
            _continuationsBlock.Raise();
            return;
        }

        RunningCalls.Add();     // until its thread comes back
        method.AddRunning();
        method.MarkBlocking();
        ProtocolLog.MethodBlocks(Logger, Id, method.WireName);
    }

    private bool HandleResponse(ReadOnlyMemory<byte> message, in MessageHead head, ReadLoop loop)
    {
        PendingCall? call = Requests.Take(head.MessageId);

        if (call is null)
        {
            // docs/protocol.md 8: late, twice, or of a peer that invents ids: never fatal.
            ProtocolLog.UnexpectedResponse(Logger, Id, head.MessageId);
            return true;
        }

        var reader = new MprpcReader(message, head.BodyStart, count: 2, Serializer, loop: null);

        if (reader.TryReadNil())
        {
            call.ReadResult(ref reader);
        }
        else
        {
            call.SetError(RemoteErrorReader.Read(call.Method, ref reader));
        }

        if (_continuationsBlock.IsHeld)
        {
            call.Complete(onThisThread: false);
            return true;
        }

        long role = loop.Role;
        loop.RunningMethod = null;
        loop.EnterUserCode();
        call.Complete(onThisThread: true);
        return loop.LeaveUserCode(role);
    }

    private void OnOutputFailed(Exception? exception) => Abort(exception ?? new IOException("The peer does not read any more."));

    private MprpcConnectionException NotSent() => new($"The connection {Id} is closed; the call was not sent.");

    private void LogEnd(Exception? reason)
    {
        switch (reason)
        {
            case null:
                ProtocolLog.ConnectionEnded(Logger, Id);
                break;
            case MprpcProtocolException:
                if (_settings.LimitHits?.Add(_limitHit ?? ConnectionLimit.MessageShape) ?? true)
                {
                    ProtocolLog.ProtocolViolation(Logger, Id, reason.Message);
                }

                break;
            default:
                ProtocolLog.ConnectionLost(Logger, Id, reason.Message);
                break;
        }
    }
}
