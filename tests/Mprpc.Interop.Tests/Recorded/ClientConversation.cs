using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Mprpc.Client;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>Plays a conversation of our client with a server.</summary>
/// <remarks>
/// Steps: <c>call METHOD [...]</c> and <c>notify METHOD [...]</c> with arguments in JSON; <c>accept</c> the client's connection; <c>&gt; vector</c> the server
/// sends; <c>cancel N</c> the Nth call; <c>end N</c> waits for its outcome; <c>dispose</c> the client. What the client sends is heard after each.
/// </remarks>
internal sealed class ClientConversation : IAsyncDisposable
{
    private const string Peer = "peer ";

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<(Task<string> Outcome, CancellationTokenSource Source)> _calls = [];
    private readonly MprpcClient _client;
    private readonly SplitMode _mode;
    private readonly Hearing _hearing;
    private WireSocket? _socket;

    private ClientConversation(MprpcClientOptions options, SplitMode mode, Hearing hearing)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _client = new MprpcClient($"tcp://{_listener.LocalEndPoint}", options);
        _mode = mode;
        _hearing = hearing;
    }

    /// <summary>Whether it is only for clients that never use the extensions: others that serve calls, or are asked, may answer.</summary>
    public static bool IsAnswering(string name) => name.StartsWith("serving", StringComparison.Ordinal) || name == "asked";

    public static async Task PlayAsync(RecordedConversation conversation, bool never, SplitMode mode, Hearing hearing)
    {
        MprpcClientOptions options = OptionsOf(conversation.Name);
        options.SetExtensions(never);
        await using var player = new ClientConversation(options, mode, hearing);

        foreach (RecordedStep step in conversation.Steps)
        {
            await player.PlayAsync(step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _socket?.Dispose();
        _listener.Dispose();
        _calls.ForEach(call => call.Source.Dispose());
    }

    private static MprpcClientOptions OptionsOf(string name)
    {
        var options = new MprpcClientOptions { Reconnect = new() { InitialDelay = TimeSpan.Zero } };

        switch (name)
        {
            case "default" or "asked" or "lost" or "disposed":
                break;
            case "timeout":
                options.CallTimeout = TimeSpan.FromMilliseconds(200);
                break;
            case "one at a time":
                options.MaxInFlightPerConnection = 1;
                break;
            case "login" or "login refused":
                options.TokenProvider = (_, _) => new(new MprpcToken("Bearer", "abc"));
                break;
            case "serving":
                options.Serve();
                break;
            case "serving errors as map":
                options.ErrorShape = MprpcErrorShape.Map;
                options.Serve();
                break;
            case not null when name.StartsWith(Peer, StringComparison.Ordinal):
                options.UsePeer(MprpcPeer.All.Single(peer => peer.Name == name[Peer.Length..]));
                break;
            default:
                throw new InvalidOperationException($"No such client: {name}");
        }

        return options;
    }

    private async Task PlayAsync(RecordedStep step)
    {
        switch (step.Verb)
        {
            case "call":
                _calls.Add(Call(step.Text));
                break;
            case "notify":
                (string method, object?[] arguments) = Read(step.Text);
                await _client.NotifyAsync(method, arguments, CancellationToken.None).InTime();
                break;
            case "accept":
                _socket?.Dispose();
                Socket accepted = await _listener.AcceptAsync().InTime();
                accepted.NoDelay = true;
                _socket = new WireSocket(accepted);
                break;
            case ">":
                await Hearing.SayAsync(_socket!, step.Text, _mode);
                break;
            case "fin":
                _socket!.FinishSending();
                break;
            case "cancel":
                await _calls[Index(step)].Source.CancelAsync();
                break;
            case "end":
                _hearing.Judge(step, [await _calls[Index(step)].Outcome.InTime()]);
                return;
            case "dispose":
                await _client.DisposeAsync().InTime();
                break;
            default:
                throw new InvalidOperationException($"No such step: {step}");
        }

        if (_socket is not null)
        {
            await _hearing.HearAsync(step, _socket, toTheEnd: step.Verb is "dispose" or "fin");
        }
    }

    private (Task<string> Outcome, CancellationTokenSource Source) Call(string text)
    {
        (string method, object?[] arguments) = Read(text);
        var source = new CancellationTokenSource();
        return (OutcomeAsync(), source);

        async Task<string> OutcomeAsync()
        {
            try
            {
                return Convert.ToHexStringLower((await _client.CallAsync<MprpcRaw>(method, arguments, source.Token)).Memory.Span);
            }
            catch (MprpcRemoteException exception)
            {
                return $"{nameof(MprpcRemoteException)} {exception.Code}: {exception.Message}";
            }
            catch (Exception exception)
            {
                return exception.GetType().Name;
            }
        }
    }

    private static int Index(RecordedStep step) => int.Parse(step.Text, System.Globalization.CultureInfo.InvariantCulture) - 1;

    private static (string Method, object?[] Arguments) Read(string text)
    {
        string[] words = text.Split(' ', 2);
        return (words[0], words.Length < 2 ? [] : [.. JsonDocument.Parse(words[1]).RootElement.EnumerateArray().Select(ValueOf)]);
    }

    private static object? ValueOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True or JsonValueKind.False => element.GetBoolean(),
        JsonValueKind.Number => element.TryGetInt64(out long integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.Array => element.EnumerateArray().Select(ValueOf).ToArray(),
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(property => property.Name, property => ValueOf(property.Value)),
        _ when element.GetString() is { } text && text.StartsWith("0x", StringComparison.Ordinal) => Convert.FromHexString(text[2..]),
        _ => element.GetString(),
    };
}
