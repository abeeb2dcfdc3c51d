using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Clients;

/// <summary>A notification for many connections, encoded once for each dialect that is asked for. Counted; safe for concurrent use.</summary>
internal sealed class PushMessage
{
    private readonly Lock _gate = new();
    private readonly SharedMessage _plain;
    private readonly int _levels;
    private SharedMessage? _oldSpec;
    private bool _hasNoOldSpec;
    private int _references = 1;

    /// <param name="method">The wire name.</param>
    /// <param name="notification">Method and arguments, with room for the head; given back.</param>
    /// <param name="metadata">What is in it besides; null: nothing.</param>
    public PushMessage(string method, MprpcWriter notification, MprpcMetadata? metadata)
    {
        Metadata = metadata;
        RequestWriter.PrependNotificationHead(notification);
        _levels = notification.Levels;
        _plain = new SharedMessage(notification.WrittenSpan, method);
        MprpcWriter.Return(notification);
    }

    /// <param name="method">The wire name.</param>
    /// <param name="notification">The whole message, as another server has encoded it.</param>
    /// <param name="metadata">What is in it besides; null: nothing.</param>
    public PushMessage(string method, ReadOnlySpan<byte> notification, MprpcMetadata? metadata)
    {
        Metadata = metadata;
        _levels = TypeDepth.Unknown;
        _plain = new SharedMessage(notification, method);
    }

    /// <summary>The wire name.</summary>
    public string Method => _plain.Key!;

    /// <summary>What travels with it, as it is in the message already; null: nothing.</summary>
    public MprpcMetadata? Metadata { get; }

    public int Length => _plain.Length;

    /// <summary>The whole message in today's encoding; valid for who holds a reference.</summary>
    public ReadOnlyMemory<byte> Memory => _plain.Memory;

    /// <summary>Whether a connection with these limits may be sent this.</summary>
    public bool Fits(ConnectionLimits limits)
        => Length <= limits.MaxSendMessageSize
            && (_levels <= limits.MaxSendDepth - RequestWriter.OuterLevels
                || WrittenValues.Fault(_plain.Memory.Span, values: 1, outer: 0, limits.MaxSendDepth, out _) is null);

    /// <summary>Whether the peer of a connection takes what travels with it.</summary>
    public bool MayGoTo(RpcConnection connection) => Metadata is null || PeerOffer.Takes(connection.Peer, Metadata);

    /// <summary>The message in an encoding; null: it has a value that this cannot have.</summary>
    public SharedMessage? In(bool oldSpec)
    {
        if (!oldSpec)
        {
            return _plain;
        }

        lock (_gate)
        {
            if (_oldSpec is null && !_hasNoOldSpec)
            {
                _oldSpec = Transcode(_plain);
                _hasNoOldSpec = _oldSpec is null;
            }

            return _oldSpec;
        }
    }

    public void AddReference() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            _plain.Release();
            _oldSpec?.Release();
        }
    }

    private static SharedMessage? Transcode(SharedMessage plain)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default.WithOldSpec());

        try
        {
            writer.WriteRaw(plain.Memory.Span);
            return new SharedMessage(writer.WrittenSpan, plain.Key);
        }
        catch (MessagePackSerializationException)
        {
            return null;        // an extension type: such a peer cannot read it
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }
}
