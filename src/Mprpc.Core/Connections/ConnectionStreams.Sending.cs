using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>What goes out of streams.</content>
internal sealed partial class ConnectionStreams
{
    // An answer waits behind so much at most.
    private const int MaxWaitingItems = 64 * 1024;

    /// <inheritdoc/>
    public bool TrySendItems(MprpcWriter message) => output.TrySend(message);

    /// <inheritdoc/>
    public Task WaitForRoomAsync() => output.WaitForRoomAsync(MaxWaitingItems);

    /// <inheritdoc/>
    public void SendCredit(long number, in StreamAllowance more) => Send(ControlWriter.StreamCredit(Serializer, number, more));

    /// <inheritdoc/>
    public void SendCancel(long number) => Send(ControlWriter.Cancel(Serializer, "$/cancel", number));

    /// <inheritdoc/>
    public void SendEnd(long number, in MprpcRaw last, Exception? failure)
    {
        if (!last.IsNil)
        {
            MprpcWriter items = MprpcWriter.Rent(Serializer, RequestWriter.HeadRoom);
            items.WriteString("$/item");
            items.WriteArrayHeader(2);
            items.WriteInt64(number);
            items.WriteEncoded(last.Memory.Span);
            Send(items);
        }

        MprpcWriter end = ControlWriter.EndOfStream(Serializer, number, failure is not null);

        if (failure is not null)
        {
            end.WriteString(failure is MprpcException told ? ErrorCode.IntoMessage(told.Code, told.Message) : "The source of the stream has failed.");
        }

        Send(end);
    }

    private void Send(MprpcWriter notification)
    {
        RequestWriter.PrependNotificationHead(notification);

        if (!output.TrySend(notification))
        {
            MprpcWriter.Return(notification);
        }
    }
}
