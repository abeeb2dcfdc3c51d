using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.Dispatch;

/// <summary>The context of one call, made only where the method or its service needs one; the scope in it is made when it is first asked for.</summary>
internal sealed class CallContext(RpcConnection connection, string method, long? messageId) : MprpcCallContext
{
    private ClaimsPrincipal? _user;
    private CancellationToken _cancellationToken = connection.Closed;
    private IServiceScope? _scope;
    private object? _disposable;
    private Dictionary<object, object?>? _items;

    public override string Method => method;

    public override long? MessageId => messageId;

    public override ClaimsPrincipal User => _user ??= UserCopy.Of(Principal);

    /// <summary>Whom <see cref="User"/> is a copy of, as it was when the call came: a later login is for later calls. Null: the caller is anonymous.</summary>
    public ClaimsPrincipal? Principal { get; private set; } = connection.Session?.Principal;

    public override IServiceProvider Services => (_scope ??= connection.Services.CreateScope()).ServiceProvider;

    public override CancellationToken CancellationToken => _cancellationToken;

    public override MprpcConnection Connection => connection;

    public override IDictionary<object, object?> Items => _items ??= [];

    /// <summary>A policy sees the caller otherwise than the connection: by the authentication schemes that it names.</summary>
    public void SetUser(ClaimsPrincipal? principal)
    {
        Principal = principal;
        _user = null;
    }

    /// <summary>The call may be cancelled by something else than the end of its connection.</summary>
    public void SetCancellationToken(CancellationToken cancellationToken) => _cancellationToken = cancellationToken;

    /// <summary>Disposes a service that no scope knows, after the call.</summary>
    public void DisposeAfterCall(object service) => _disposable = service;

    /// <summary>Disposes what a call that ended at once has made; disposing is user code too.</summary>
    /// <returns>Whether the thread still holds the read loop.</returns>
    public bool Release(in IncomingCall call, bool onLoop)
    {
        if (_scope is null && _disposable is null)
        {
            return onLoop;
        }

        if (!onLoop)
        {
            _ = DisposeAsync(running: null);
            return false;
        }

        call.Loop!.EnterUserCode();
        _ = DisposeAsync(running: null);    // owned: it logs its own failure
        return call.LeaveUserCode();
    }

    /// <summary>Disposes what a call that ended later has made, then frees the call's place.</summary>
    public void ReleaseAsync(RunningCalls running) => _ = DisposeAsync(running);

    private async Task DisposeAsync(RunningCalls? running)
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
            connection.Dispatcher.DisposalFailures.ScopeDisposalFailed(connection, method, exception);
        }
        finally
        {
            running?.Remove();
        }
    }
}
