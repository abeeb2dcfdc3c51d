using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>What streams need of their connection. Safe for concurrent use.</summary>
internal interface IStreamConnection : IItemEncoding
{
    /// <summary>How much of streams may be held.</summary>
    StreamBudget Budget { get; }

    /// <summary>Sends a whole message with items, which belongs to the connection from here on.</summary>
    /// <returns>False if the connection is closed.</returns>
    bool TrySendItems(MprpcWriter message);

    /// <summary>So many items go out.</summary>
    void OnItemsSent(int count);

    /// <summary>Completes when so few items wait to be sent that a stream may bring more.</summary>
    Task WaitForRoomAsync();

    /// <summary>Lets the sender of a stream send more.</summary>
    void SendCredit(long number, in StreamAllowance more);

    /// <summary>A stream that was fed to the peer is over.</summary>
    void CloseFeed(long number);

    /// <summary>Sends the last items of a stream that was fed to the peer, and its end.</summary>
    void SendEnd(long number, in MprpcRaw last, Exception? failure);

    /// <summary>Tells the sender of a stream that no more of it is wanted.</summary>
    void SendCancel(long number);
}
