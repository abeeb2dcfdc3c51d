using System.Buffers;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

/// <summary>What a stream has for its connection: it keeps what is sent, and has room, or closes, as the test says.</summary>
internal sealed class RecordingConnection : IStreamConnection
{
    private readonly Lock _gate = new();
    private readonly List<long[]> _batches = [];
    private readonly List<StreamAllowance> _credit = [];
    private TaskCompletionSource _room = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RecordingConnection() => _room.SetResult();

    public MprpcSerializerOptions Serializer => MprpcSerializerOptions.Default;

    public int MaxSendMessageSize { get; init; } = 4 * 1024 * 1024;

    public int MaxSendDepth { get; init; } = 64;

    public StreamBudget Budget { get; init; } = new(4 * 1024 * 1024, 16 * 1024 * 1024);

    public bool IsClosed { get; set; }

    /// <summary>How many items were said to go out.</summary>
    public int ItemsSent { get; private set; }

    /// <summary>Called with each message that is sent, on the thread that sends it.</summary>
    public Action? OnSend { get; set; }

    /// <summary>The items of each message, in order; of those that are no number the length.</summary>
    public IReadOnlyList<long[]> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    public IReadOnlyList<long> Items => [.. Batches.SelectMany(batch => batch)];

    public IReadOnlyList<StreamAllowance> Credit
    {
        get
        {
            lock (_gate)
            {
                return [.. _credit];
            }
        }
    }

    public int LargestMessage { get; private set; }

    public int Cancels { get; private set; }

    public bool TrySendItems(MprpcWriter message)
    {
        OnSend?.Invoke();

        if (IsClosed)
        {
            return false;
        }

        long[] items = Read(message.WrittenMemory, out long number);
        Assert.Equal(7, number);

        lock (_gate)
        {
            LargestMessage = Math.Max(LargestMessage, message.Length);
            _batches.Add(items);
        }

        MprpcWriter.Return(message);
        return true;
    }

    public void OnItemsSent(int count) => ItemsSent += count;

    public Task WaitForRoomAsync()
    {
        lock (_gate)
        {
            return _room.Task;
        }
    }

    public void Crowd()
    {
        lock (_gate)
        {
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Empty()
    {
        lock (_gate)
        {
            _room.TrySetResult();
        }
    }

    public void SendCredit(long number, in StreamAllowance more)
    {
        lock (_gate)
        {
            _credit.Add(more);
        }
    }

    public void CloseFeed(long number)
    {
    }

    public void SendEnd(long number, in MprpcRaw last, Exception? failure)
    {
    }

    public void SendCancel(long number) => Cancels++;

    /// <summary>The items of an array that was not sent; none where it is nil.</summary>
    public static long[] Last(MprpcRaw last)
    {
        if (last.IsNil)
        {
            return [];
        }

        var reader = new MessagePackReader(last.Memory);
        return ReadItems(ref reader);
    }

    private static long[] Read(ReadOnlyMemory<byte> message, out long number)
    {
        var reader = new MessagePackReader(message);
        Assert.Equal(3, reader.ReadArrayHeader());
        Assert.Equal(2, reader.ReadInt32());
        Assert.Equal("$/item", reader.ReadString());
        Assert.Equal(2, reader.ReadArrayHeader());
        number = reader.ReadInt64();
        long[] items = ReadItems(ref reader);
        Assert.True(reader.End);
        return items;
    }

    private static long[] ReadItems(ref MessagePackReader reader)
    {
        var items = new long[reader.ReadArrayHeader()];

        for (int i = 0; i < items.Length; i++)
        {
            if (reader.NextMessagePackType == MessagePackType.Integer)
            {
                items[i] = reader.ReadInt64();
            }
            else
            {
                items[i] = reader.ReadRaw().Length;
            }
        }

        return items;
    }
}
