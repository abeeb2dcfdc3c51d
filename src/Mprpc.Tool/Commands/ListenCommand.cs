using System.CommandLine;
using System.Diagnostics;
using System.Net.Sockets;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Frames;
using Mprpc.Tool.Imitation;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc listen URL [--answer METHOD=RESULT] [--script FILE]</c></summary>
internal sealed class ListenCommand : ToolCommand
{
    private readonly Argument<string> _url = new("URL") { Description = "tcp://address:port or unix:///path" };

    private readonly Option<string[]> _answers = new("--answer")
    {
        Description = "What a method answers; METHOD!=ERROR answers with an error. Of several for a method each is given once, the last one from then on.",
        HelpName = "METHOD=RESULT",
    };

    private readonly Option<string?> _script = new("--script") { Description = "A file with such an answer in each line.", HelpName = "FILE" };
    private readonly Option<bool> _oldSpec = new("--old-spec") { Description = "Answer in MessagePack from before it had str8, bin and ext." };
    private readonly Option<int?> _max = new("--max") { Description = "End after so many messages of clients.", HelpName = "N" };

    public ListenCommand()
        : base("listen", "Imitates a server: prints what clients send, and answers.")
    {
        Arguments.Add(_url);
        Options.Add(_answers);
        Options.Add(_script);
        Options.Add(_oldSpec);
        Options.Add(_max);
        Validators.Add(result =>
        {
            if (result.GetValue(_max) < 1)
            {
                result.AddError($"--max takes 1 or more, not {result.GetValue(_max)}.");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        var encoder = new JsonToMessagePack(parsed.GetValue(_oldSpec));
        IEnumerable<string> scripted = parsed.GetValue(_script) is { } script ? Answers.LinesOf(script) : [];
        Answers answers = Answers.Parse([.. parsed.GetValue(_answers) ?? [], .. scripted], encoder);
        using ByteListener listener = ByteListener.Start(parsed.GetRequiredValue(_url));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        terminal.WriteError($"Listening on {listener.Url}");
        int left = parsed.GetValue(_max) ?? int.MaxValue;
        List<Task> connections = [];

        try
        {
            for (int number = 1; ; number++)
            {
                ByteConnection wire = await listener.AcceptAsync(ended.Token);
                var connection = new ImitatedConnection(wire, new MessageLog(terminal, number, started), answers, encoder, Received);
                connections.RemoveAll(other => other.IsCompleted);
                connections.Add(ServeAsync(wire, connection, ended));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Success;
        }
        finally
        {
            await Task.WhenAll(connections);
        }

        bool Received() => Interlocked.Decrement(ref left) > 0;

        async Task ServeAsync(ByteConnection wire, ImitatedConnection connection, CancellationTokenSource last)
        {
            await using (wire)
            {
                try
                {
                    await connection.RunAsync(last.Token);
                }
                catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
                {
                    // The client has gone, or the command ends.
                }

                if (Volatile.Read(ref left) <= 0)
                {
                    await last.CancelAsync();
                }
            }
        }
    }
}
