using System.IO.Pipelines;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>Both ends of what carries a connection, of each kind that an application may have.</summary>
internal static class Carriers
{
    public static TheoryData<string> All => ["pipes", "anonymous pipes", "sockets", "derived"];

    public static async Task<(MprpcTransport Server, MprpcTransport Client)> CreateAsync(string kind)
    {
        switch (kind)
        {
            case "pipes":
                (Pipe toServer, Pipe toClient) = (new Pipe(), new Pipe());
                return (MprpcTransport.FromPipes(toServer.Reader, toClient.Writer), MprpcTransport.FromPipes(toClient.Reader, toServer.Writer));
            case "anonymous pipes":
                (Stream serverOutput, Stream clientInput) = Pair();
                (Stream clientOutput, Stream serverInput) = Pair();
                return (MprpcTransport.FromStreams(serverInput, serverOutput), MprpcTransport.FromStreams(clientInput, clientOutput));
            case "sockets":
                (Stream server, Stream client) = await SocketsAsync();
                return (MprpcTransport.FromStream(server), MprpcTransport.FromStream(client));
            default:
                (Pipe up, Pipe down) = (new Pipe(), new Pipe());
                return (new TestTransport(up.Reader, down.Writer), new TestTransport(down.Reader, up.Writer));
        }
    }

    private static (Stream Output, Stream Input) Pair()
    {
        var output = new AnonymousPipeServerStream(PipeDirection.Out);
        return (output, new AnonymousPipeClientStream(PipeDirection.In, output.ClientSafePipeHandle));
    }

    private static async Task<(Stream Server, Stream Client)> SocketsAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint).InTime();
        Socket server = await listener.AcceptSocketAsync().InTime();
        return (new NetworkStream(server, ownsSocket: true), new NetworkStream(client, ownsSocket: true));
    }
}
