using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Diagnostics;

namespace Mprpc.AspNetCore.Backplane;

/// <summary>Which channels this server listens to: its own, that of all, and one for each group and user that it has connections of.</summary>
/// <remarks>Safe for concurrent use. Subscriptions change one after the other, on another thread than that of who has joined.</remarks>
internal sealed class BackplaneChannels(IMprpcBackplane backplane, ClientRegistry clients, Action<ReadOnlyMemory<byte>> handler, ILogger logger)
{
    public const string All = "mprpc:all";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IAsyncDisposable> _subscriptions = new(StringComparer.Ordinal);     // by the worker alone
    private readonly Dictionary<string, MprpcTarget> _changed = new(StringComparer.Ordinal);
    private Task _working = Task.CompletedTask;
    private bool _isWorking;
    private bool _isClosed;

    /// <summary>A server's own channel.</summary>
    public static string OfServer(string server) => $"mprpc:server:{server}";

    /// <summary>Where notifications for a target are published.</summary>
    public static string Of(MprpcTarget target) => target switch
    {
        { Kind: TargetKind.Groups, Name: { } group } => $"mprpc:group:{group}",
        { Kind: TargetKind.Users, Name: { } user } => $"mprpc:user:{user}",
        _ => All,
    };

    public async Task OpenAsync(string server, CancellationToken cancellationToken)
    {
        foreach (string channel in new[] { All, OfServer(server) })
        {
            _subscriptions[channel] = await backplane.SubscribeAsync(channel, handler, cancellationToken).ConfigureAwait(false);
        }

        clients.AudienceChanged += OnAudienceChanged;
    }

    /// <summary>Completes when the subscriptions are as the groups were.</summary>
    public Task SettleAsync()
    {
        lock (_gate)
        {
            return _working;
        }
    }

    public async Task CloseAsync()
    {
        clients.AudienceChanged -= OnAudienceChanged;

        lock (_gate)
        {
            _isClosed = true;
        }

        await SettleAsync().ConfigureAwait(false);

        foreach (IAsyncDisposable subscription in _subscriptions.Values)
        {
            await subscription.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void OnAudienceChanged(MprpcTarget target)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _changed[Of(target)] = target;

            if (!_isWorking)
            {
                _isWorking = true;
                _working = Task.Run(WorkAsync);
            }
        }
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            KeyValuePair<string, MprpcTarget>[] changed;

            lock (_gate)
            {
                changed = [.. _changed];
                _changed.Clear();

                if (changed.Length == 0)
                {
                    _isWorking = false;
                    return;
                }
            }

            foreach ((string channel, MprpcTarget target) in changed)
            {
                await AdaptAsync(channel, target).ConfigureAwait(false);
            }
        }
    }

    private async Task AdaptAsync(string channel, MprpcTarget target)
    {
        try
        {
            bool isWanted = clients.HasAny(target);

            if (isWanted && !_subscriptions.ContainsKey(channel))
            {
                _subscriptions[channel] = await backplane.SubscribeAsync(channel, handler, CancellationToken.None).ConfigureAwait(false);
            }
            else if (!isWanted && _subscriptions.Remove(channel, out IAsyncDisposable? subscription))
            {
                await subscription.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            ServerLog.BackplaneFailed(logger, exception);
        }
    }
}
