using System.Collections.Concurrent;

namespace Mprpc.AspNetCore;

/// <summary>A backplane between servers of one process: give each the same object. For tests, and for hosts of several applications.</summary>
/// <remarks>Safe for concurrent use. A message is handed over on the thread that publishes it.</remarks>
public sealed class MprpcMemoryBackplane : IMprpcBackplane
{
    private readonly ConcurrentDictionary<string, Subscription[]> _channels = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask PublishAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);

        foreach (Subscription subscription in _channels.GetValueOrDefault(channel) ?? [])
        {
            subscription.Handler(message);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Action<ReadOnlyMemory<byte>> handler, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(handler);
        var subscription = new Subscription(this, channel, handler);
        _channels.AddOrUpdate(channel, [subscription], (_, others) => [.. others, subscription]);
        return new ValueTask<IAsyncDisposable>(subscription);
    }

    /// <summary>Only for tests: whether anybody listens to a channel.</summary>
    internal bool HasSubscribers(string channel) => _channels.ContainsKey(channel);

    private void Remove(Subscription subscription)
    {
        Subscription[] left = _channels.AddOrUpdate(subscription.Channel, [], (_, all) => [.. all.Where(one => one != subscription)]);

        if (left.Length == 0)
        {
            _channels.TryRemove(KeyValuePair.Create(subscription.Channel, left));
        }
    }

    private sealed class Subscription(MprpcMemoryBackplane backplane, string channel, Action<ReadOnlyMemory<byte>> handler) : IAsyncDisposable
    {
        public string Channel => channel;

        public Action<ReadOnlyMemory<byte>> Handler => handler;

        public ValueTask DisposeAsync()
        {
            backplane.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
