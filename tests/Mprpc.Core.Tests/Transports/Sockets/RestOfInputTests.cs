using System.Net.Sockets;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>What has come before the end is read, whatever the other thread is doing at that moment.</summary>
public sealed class RestOfInputTests
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.Unix)]
    public async Task IsLast_CutBetweenAReadAndItsCounting_LeavesWhatIsStillThere(AddressFamily family)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false, family);
        Socket socket = pair.Transport.Socket;
        var rest = new RestOfInput();
        byte[] buffer = new byte[6];
        await pair.PeerSendsAsync(new byte[10]);
        await Bounded.Until(() => socket.Available == 10, "that all has arrived");

        int received = socket.Receive(buffer);
        rest.Cut(socket);
        bool isLast = rest.IsLast(socket, received);
        int receivedNext = socket.Receive(buffer);
        bool isNextLast = rest.IsLast(socket, receivedNext);

        Assert.Equal(6, received);
        Assert.False(isLast);
        Assert.Equal(4, receivedNext);
        Assert.True(isNextLast);
    }

    [Fact]
    public async Task IsLast_OfAPeerThatGoesOnSending_ComesAllTheSame()
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
        Socket socket = pair.Transport.Socket;
        var rest = new RestOfInput();
        byte[] buffer = new byte[4];
        await pair.PeerSendsAsync(new byte[8]);
        await Bounded.Until(() => socket.Available == 8, "that all has arrived");
        rest.Cut(socket);
        int reads = 0;
        bool isLast = false;

        while (!isLast)
        {
            await pair.PeerSendsAsync(new byte[4]);
            isLast = rest.IsLast(socket, socket.Receive(buffer));
            Assert.InRange(++reads, 1, 10);
        }

        Assert.InRange(reads, 2, 4);
    }

    [Fact]
    public async Task IsLast_OfASocketThatIsClosedMeanwhile_IsTrue()
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
        var rest = new RestOfInput();

        pair.Transport.Close();
        rest.Cut(pair.Transport.Socket);

        Assert.True(rest.IsLast(pair.Transport.Socket, 1));
    }
}
