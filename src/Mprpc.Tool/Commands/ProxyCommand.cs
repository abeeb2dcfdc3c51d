using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using Mprpc.Tool.Frames;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc proxy --listen URL --to URL [--record FILE]</c></summary>
internal sealed class ProxyCommand : ToolCommand
{
    private readonly Option<string> _listen = new("--listen")
    {
        Description = "Where clients connect: tcp://address:port or unix:///path.",
        HelpName = "URL",
        Required = true,
    };

    private readonly Option<string> _to = new("--to") { Description = "Where they are led: tcp://, tls:// or unix://.", HelpName = "URL", Required = true };
    private readonly Option<string?> _record = new("--record") { Description = "Keep each message as it was in this file.", HelpName = "FILE" };
    private readonly TlsOptions _tls = new();

    public ProxyCommand()
        : base("proxy", "Stands between clients and a server, and shows what they say.")
    {
        Options.Add(_listen);
        Options.Add(_to);
        Options.Add(_record);
        _tls.AddTo(this);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        var dialer = new ByteDialer(parsed.GetRequiredValue(_to), _tls.Read(parsed));
        using ByteListener listener = ByteListener.Start(parsed.GetRequiredValue(_listen));
        using Recording? recording = Open(parsed.GetValue(_record), started);
        terminal.WriteError($"Listening on {listener.Url}, leading to {parsed.GetRequiredValue(_to)}");
        List<Task> connections = [];

        try
        {
            for (int number = 1; ; number++)
            {
                ByteConnection client = await listener.AcceptAsync(cancellationToken);
                connections.RemoveAll(connection => connection.IsCompleted);
                connections.Add(ServeAsync(client, dialer, number, new MessageLog(terminal, number, started), recording, terminal, cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(connections);
        }
    }

    private static async Task ServeAsync(
        ByteConnection client, ByteDialer dialer, int number, MessageLog log, Recording? recording, Terminal terminal, CancellationToken cancellationToken)
    {
        await using (client)
        {
            try
            {
                await using ByteConnection server = await dialer.ConnectAsync(cancellationToken);
                await new ProxiedConnection(client, server, number, log, recording).RunAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is ToolException or IOException or SocketException or OperationCanceledException)
            {
                if (!cancellationToken.IsCancellationRequested)
                {
                    terminal.WriteError($"Connection {number} has ended: {exception.Message}");
                }
            }
        }
    }

    private static Recording? Open(string? path, long started)
    {
        try
        {
            return path is null ? null : new Recording(path, started);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"Cannot write to '{path}': {exception.Message}", innerException: exception);
        }
    }
}
