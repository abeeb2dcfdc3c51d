using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>The context of one call, made only where the method or its service needs one; the scope in it is made when it is first asked for.</summary>
internal sealed class CallContext(in IncomingCall call, string method) : MprpcCallContext
{
    private readonly RpcConnection _connection = call.Connection;
    private readonly long? _messageId = call.MessageId;
    private readonly CallControl? _control = call.Control;
    private ClaimsPrincipal? _user;
    private MprpcMetadata? _metadata;
    private IServiceScope? _scope;
    private object? _disposable;
    private Dictionary<object, object?>? _items;

    /// <summary>The connection as this side has it.</summary>
    public RpcConnection Rpc => _connection;

    /// <summary>What can end the call before its method does; null: only the loss of the connection.</summary>
    public CallControl? Control => _control;

    public override string Method => method;

    public override long? MessageId => _messageId;

    public override ClaimsPrincipal User => _user ??= UserCopy.Of(Principal);

    /// <summary>Whom <see cref="User"/> is a copy of, as it was when the call came: a later login is for later calls. Null: the caller is anonymous.</summary>
    public ClaimsPrincipal? Principal { get; private set; } = call.Connection.Session?.Principal;

    /// <summary>Whose call it is by the credential that came with it; null: the connection's.</summary>
    public RpcCaller? Caller { get; private set; }

    public override IServiceProvider Services => (_scope ??= _connection.Services.CreateScope()).ServiceProvider;

    public override CancellationToken CancellationToken => _control?.Token ?? _connection.Closed;

    public override MprpcMetadata Metadata
        => _metadata ??= _control is { Metadata: { IsEmpty: false } entries } ? MetadataReader.Read(entries) : MprpcMetadata.Empty;

    public override TimeSpan TimeLeft => _control?.TimeLeft ?? Timeout.InfiniteTimeSpan;

    public override DateTimeOffset? Deadline
    {
        get
        {
            if (_control is not { Deadline: not 0 })
            {
                return null;
            }

            DateTimeOffset now = _connection.Clock.GetUtcNow();
            TimeSpan left = TimeLeft;
            return left < DateTimeOffset.MaxValue - now ? now + left : DateTimeOffset.MaxValue;     // callers may give a call more time than there are dates
        }
    }

    public override CancellationToken Draining => _connection.Draining;

    public override MprpcConnection Connection => _connection;

    public override IDictionary<object, object?> Items => _items ??= [];

    /// <summary>A policy sees the caller otherwise than the connection: by the authentication schemes that it names.</summary>
    public void SetUser(ClaimsPrincipal? principal)
    {
        Principal = principal;
        _user = null;
    }

    /// <summary>The call has a caller of its own, whoever the connection's is.</summary>
    public void SetCaller(RpcCaller caller)
    {
        Caller = caller;
        SetUser(caller.Principal);
    }

    /// <summary>The context that the same caller's call of another method would have; with a scope of its own.</summary>
    public CallContext For(string otherMethod)
    {
        var other = new CallContext(new IncomingCall(_connection, _messageId, turn: null, loop: null, _control), otherMethod);

        if (Caller is not null)
        {
            other.SetCaller(Caller);
        }

        return other;
    }

    /// <summary>Disposes a service that no scope knows, after the call.</summary>
    public void DisposeAfterCall(object service) => _disposable = service;

    /// <summary>Whether the call has made something that is to be disposed.</summary>
    public bool HasToRelease => _scope is not null || _disposable is not null;

    /// <summary>Disposes what a call that ended at once has made; disposing is user code too.</summary>
    public void Release(in IncomingCall call, bool onLoop)
    {
        if (!HasToRelease)
        {
            return;
        }

        if (!onLoop)
        {
            _ = ReleaseAsync();
            return;
        }

        long entry = call.Loop!.EnterUserCode();
        _ = ReleaseAsync();     // owned: it logs its own failure

        if (!call.Loop.LeaveUserCode(entry))
        {
            _connection.RunningCalls.EndHeldUp(entry);
        }
    }

    /// <summary>Disposes what a call has made. It never throws.</summary>
    public async Task ReleaseAsync()
    {
        try
        {
            if (_disposable is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (_disposable as IDisposable)?.Dispose();
            }

            if (_scope is { } scope)
            {
                await new AsyncServiceScope(scope).DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            _connection.Handler.DisposalFailures.ScopeDisposalFailed(_connection.Logger, _connection.Id, method, exception);
        }
    }
}
