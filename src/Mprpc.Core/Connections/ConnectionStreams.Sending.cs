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
    public void OnItemsSent(int count) => Meter?.OnSent(count);

    /// <inheritdoc/>
    public Task WaitForRoomAsync() => output.WaitForRoomAsync(MaxWaitingItems);

    /// <inheritdoc/>
    public void SendCredit(long number, in StreamAllowance more) => output.Notify(ControlWriter.StreamCredit(Serializer, number, more));

    /// <inheritdoc/>
    public void SendCancel(long number) => output.Notify(ControlWriter.Cancel(Serializer, "$/cancel", number));

    /// <inheritdoc/>
    public void SendEnd(long number, in MprpcRaw last, Exception? failure)
    {
        if (!last.IsNil)
        {
            output.Notify(ControlWriter.Items(Serializer, number, last));
        }

        MprpcWriter end = ControlWriter.EndOfStream(Serializer, number, failure is not null);

        if (failure is not null)
        {
            end.WriteString(failure is MprpcException told ? ErrorCode.IntoMessage(told.Code, told.Message) : "The source of the stream has failed.");
        }

        output.Notify(end);
    }
}
