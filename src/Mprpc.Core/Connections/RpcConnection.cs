using System.Diagnostics;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Mprpc.CompilerServices;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <summary>A connection as both sides have it: it reads messages, serves the peer's calls, and makes calls of its own.</summary>
internal sealed partial class RpcConnection : MprpcConnection, ICallConnection
{
    private static readonly TimeSpan s_timeToReadTheRest = TimeSpan.FromSeconds(1);

    private readonly RpcConnectionSettings _settings;
    private readonly IRequestHandler _handler;
    private readonly ReadLoop _loop;
    private readonly CallsToPeer _calls;
    private readonly CancellationTokenSource _closed = new();
    private Dictionary<object, object?>? _items;
    private readonly ConnectionWatch _watch;
    private Exception? _failure;
    private ConnectionLimit? _limitHit;
    private bool _callsHaveWaited;
    private NotificationLane? _notifications;
    private ControlledCalls? _controlled;
    private Task? _transportClosed;
    private TaskCompletionSource? _aborted;
    private volatile bool _isAborted;

    public RpcConnection(RpcConnectionSettings settings)
    {
        _settings = settings;
        _handler = settings.Handler;
        Telemetry = _handler.Telemetry;
        Limits = settings.Limits;
        Closed = _closed.Token;
        var gate = new Lock();
        Requests = new InFlightRequests(settings.Clock, gate) { OnCallbackFailed = exception => ProtocolLog.CallbackThrew(Logger, Id, exception) };
        RunningCalls = new RunningCalls(settings.Limits.MaxRunningCalls, settings.RunningCallsTotal, Requests, settings.Limits.MaxUnsentAnswerBytes);
        Output = new MessageOutput(settings.Transport.Output, settings.Serializer, OnOutputFailed, gate, RunningCalls);
        _calls = new CallsToPeer(settings.Logger, settings.Id, settings.Serializer, Requests, Output, RunningCalls, Limits, _handler.HasMethods)
        {
            CancelMethod = settings.CancelMethod,
            CredentialRemedy = settings.CredentialRemedy,
            StreamBudget = settings.StreamBudget,
            StreamMeter = settings.StreamMeter,
        };
        AnswerOrder = settings.ResponseOrder == MprpcResponseOrder.AsCompleted
            ? null
            : new AnswerOrder(settings.ResponseOrder, Output, RunningCalls, settings.Clock);
        _loop = new ReadLoop(this, settings.Transport.Input, settings.Limits.MaxMessageSize, settings.Limits.MaxDepth);
        _watch = new ConnectionWatch(this, _loop, settings.Limits, settings.Clock);
    }

    public override string Id => _settings.Id;

    public override EndPoint? LocalEndPoint => _settings.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _settings.RemoteEndPoint;

    public override ClaimsPrincipal User => UserCopy.Of(Session?.Principal);

    public override IFeatureCollection Features => _settings.Features;

    public override IDictionary<object, object?> Items => _items ?? Interlocked.CompareExchange(ref _items, [], null) ?? _items;

    public override CancellationToken Closed { get; }

    /// <summary>Cancelled when this side begins to stop.</summary>
    public CancellationToken Draining => _settings.Draining;

    /// <summary>Who the peer is, where this side asks for it; else null.</summary>
    public RpcSession? Session => _settings.Session;

    public MessageOutput Output { get; }

    public RunningCalls RunningCalls { get; }

    /// <summary>Whether the peer has sent anything at all.</summary>
    public bool HasReceived => _loop.HasReceived;

    public InFlightRequests Requests { get; }

    /// <summary>When answers may be sent, where the peer wants an order; else null.</summary>
    public AnswerOrder? AnswerOrder { get; }

    /// <summary>Whether no more answers may be made for a peer that does not read them, refusals included.</summary>
    public bool IsOverUnsentBound => RunningCalls.Unsent >= Limits.MaxUnsentAnswerBytes;

    /// <summary>Completes when the connection is lost or aborted; for the read loop alone, and only if it does not read itself.</summary>
    /// <remarks>Not by <see cref="Closed"/>: code of the application that runs on it may block, and what stands behind it would never be told.</remarks>
    public Task Aborted
    {
        get
        {
            _aborted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.MemoryBarrier();        // with that of Abort: one of the two sees the other

            if (_isAborted)
            {
                _aborted.TrySetResult();
            }

            return _aborted.Task;
        }
    }

    /// <summary>Completes when the transport reads no more; for the read loop alone, and only if it does not read itself.</summary>
    public Task TransportClosed => _transportClosed ??= Task.Delay(Timeout.Infinite, _settings.TransportClosed);

    /// <summary>Serves the peer's calls.</summary>
    public IRequestHandler Handler => _handler;

    /// <summary>Where the peer's calls are measured; null: nowhere.</summary>
    public CallTelemetry? Telemetry { get; }

    public MprpcSerializerOptions Serializer => _settings.Serializer;

    /// <summary>What the peer may demand at this moment.</summary>
    public ConnectionLimits Limits { get; private set; }

    public ILogger Logger => _settings.Logger;

    /// <summary>How the wire names of a contract's methods are made that the peer serves.</summary>
    public MprpcNamingPolicy NamingPolicy => _settings.NamingPolicy;

    /// <summary>How long a call of this side may take that does not say itself.</summary>
    public TimeSpan CallTimeout => _settings.CallTimeout;

    public TimeProvider Clock => _settings.Clock;

    public IServiceProvider Services => _settings.Services
        ?? throw new InvalidOperationException("This connection has no services: it was made without a service provider.");

    /// <summary>Serves the connection until it ends: what has been received is handled and answered, then the transport is completed.</summary>
    /// <returns>Why it ended; null where the peer or this side closed it in good order.</returns>
    public async Task<Exception?> RunAsync()
    {
        CameIn = Activity.Current;
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
        string message = reason is null
            ? "The connection was closed before the answer came."
            : $"The connection was lost before the answer came: {reason.Message}";
        _calls.Close(message, reason);

        if (reason is null && !_isAborted)
        {
            // docs/protocol.md 9: a peer that has finished sending still gets its answers. Unless it resets the connection: nothing is read any more that would
            // fail by it.
            using CancellationTokenRegistration registration = _settings.TransportClosed.UnsafeRegister(
                static connection => ((RpcConnection)connection!).CheckTransport(), this);

            OnPeerFinished();

            await Task.WhenAny(RunningCalls.WaitForNoneAsync(), Aborted).ConfigureAwait(false);

            // This side has stopped: what the peer has sent since was not read, and it may call elsewhere.
            if (_loop.WasStopped)
            {
                SendGoAway(TimeSpan.Zero, "stopped");
            }

            await Output.FinishAsync().ConfigureAwait(false);
            reason = _failure;
        }

        Heartbeat.Of(_settings.Clock).Remove(_watch);
        ConnectionEnd.Log(Logger, Id, reason, _limitHit, _settings.LimitHits);
        Output.Close();
        await _settings.Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _settings.Transport.Input.CompleteAsync().ConfigureAwait(false);

        // Last, and not waited for: what runs on cancellation is the application's code, which may block, or throw.
        TellClosed();
        return reason;
    }

    /// <summary>Ends the connection in good order: what has been received is answered.</summary>
    public void Stop() => _loop.Stop();

    /// <summary>Changes how large the peer's messages may be and how many of its calls may run, from its next message on; deadlines stay as they are.</summary>
    public void ChangeLimits(ConnectionLimits limits)
    {
        lock (_closed)
        {
            Limits = limits.For(Peer);
            _loop.ChangeMaxMessageSize(limits.MaxMessageSize);
            RunningCalls.ChangeLimit(limits.MaxRunningCalls);
            _calls.ChangeLimits(Limits, Peer);
        }
    }

    public override void Abort()
    {
        _isAborted = true;
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _aborted)?.TrySetResult();
        _settings.AbortTransport();
        TellClosed();
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

    /// <summary>Looks, while nothing is read, whether the peer has left.</summary>
    public void CheckTransport()
    {
        if (_loop.IsDeaf || _loop.PeerHasFinished)
        {
            CheckReset();
        }
    }

    /// <summary>Ends the connection if the peer has reset it.</summary>
    public void CheckReset()
    {
        if (_settings.IsTransportReset?.Invoke() == true)
        {
            Abort(new IOException("The peer has reset the connection."));
        }
    }

    /// <summary>Whether notifications run apart from the loop, so that further ones have to wait behind them.</summary>
    public bool NotificationsRunApart => _notifications is { IsBusy: true };

    /// <summary>Where notifications run apart from the loop; for the holder of the loop alone.</summary>
    public NotificationLane Notifications => _notifications ??= new NotificationLane();

    /// <summary>Why a message cannot be read.</summary>
    public MprpcProtocolException Violation(FrameStatus status)
    {
        _limitHit ??= ConnectionLimits.HitBy(status);
        return Limits.Violation(status);
    }

    /// <summary>Requests wait, since no further call may run.</summary>
    public void OnCallsWait()
    {
        // Without a limit the peer has only to read.
        if (RunningCalls.LimitReached is { } limit && (_settings.LimitHits?.Add(limit, isFirstOfConnection: !_callsHaveWaited) ?? false))
        {
            ProtocolLog.CallsWait(Logger, Id, RunningCalls.Count, $"{Limits.OptionsName}.{ConnectionLimits.OptionOf(limit)}");
        }

        _callsHaveWaited = true;
    }

    /// <summary>Handles one whole message.</summary>
    public void Handle(in ReadOnlyMemory<byte> message, in MessageHead head, ReadLoop loop)
    {
        if (head.Kind == MessageKind.Response)
        {
            _calls.HandleResponse(message, head, loop);
            return;
        }

        bool isRequest = head.Kind == MessageKind.Request;

        if (isRequest)
        {
            _calls.OnPeerCalls();
        }

        // The answer to a request could not be sent any more.
        if (!isRequest || !Output.IsClosed)
        {
            _handler.Dispatch(this, loop, message, head);
        }
    }

    /// <summary>Answers a request for which there is no room, and which may not be set aside either.</summary>
    public void Refuse(in MessageHead head, ReadLoop loop)
        => _handler.RefuseForRoom(head.Kind == MessageKind.Request
            ? new IncomingCall(this, head.MessageId, AnswerOrder?.Begin(), loop)
            : new IncomingCall(this, messageId: null, turn: null, loop));      // a turn that nothing completes would hold all later answers back

    /// <summary>Sends an answer: with the loop's batch if the thread holds the loop, else by itself.</summary>
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
        else if (!Output.TrySend(answer, isAnswer: true))
        {
            MprpcWriter.Return(answer);
        }
    }

    /// <summary>A thread is about to take the loop from a method that holds it up: the method's call runs by itself from then on, and needs a place.</summary>
    /// <returns>The call; null if what holds the loop up is no method.</returns>
    public HeldUpCall? BeginHeldUp(object? occupant, long entry)
    {
        if (MethodOf(occupant) is not { } method)
        {
            return null;
        }

        (occupant as CallControl)?.Enlist();
        return HeldUpCall.Begin(RunningCalls, method, entry);
    }

    /// <summary>The application's code has held the read loop up, and the loop goes on without its thread.</summary>
    /// <param name="occupant">The method or the call that runs there, or null if it is code that awaited a call.</param>
    public void OnHeldUp(object? occupant)
    {
        if (MethodOf(occupant) is not { } method)
        {
            _calls.OnHeldUp();
            return;
        }

        method.MarkBlocking();
        ProtocolLog.MethodBlocks(Logger, Id, method.WireName);
    }

    /// <summary>Code of the application has thrown where nothing can be told of it: a raw continuation, or a synchronization context.</summary>
    public void OnStrayFailure(Exception exception) => ProtocolLog.CallbackThrew(Logger, Id, exception);

    private static ServedMethod? MethodOf(object? occupant) => occupant as ServedMethod ?? (occupant as CallControl)?.Method;

    /// <summary>
    /// Nothing can be sent any more. What the peer has sent may still lie in the transport, answers above all, so it is read to its end; in a second at most.
    /// </summary>
    private void OnOutputFailed(Exception? exception)
    {
        _failure ??= exception ?? new IOException("The peer no longer reads.");
        TellClosed();
        _ = AbortSoonAsync();
    }

    private async Task AbortSoonAsync()
    {
        await Task.Delay(s_timeToReadTheRest, Clock).ConfigureAwait(false);

        if (!_loop.HasEnded)
        {
            Abort();
        }
    }

    /// <summary>
    /// Tells the application that the connection is lost, and cancels the calls that run; on other threads: what runs on cancellation is not ours.
    /// </summary>
    private void TellClosed()
    {
        _ = _closed.CancelAsync().ContinueWith(static task => task.Exception, TaskScheduler.Default);
        Interlocked.MemoryBarrier();    // with that of ControlledCalls.Add: either this sees a call, or that sees that the connection is closed
        Volatile.Read(ref _controlled)?.CancelAll();
        _calls.CloseStreams();
    }
}
