using MessagePack;
using Mprpc.Client;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Values;

namespace Mprpc.Tool.Peers;

/// <summary>A peer that the tool is connected to.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private const string Inspect = "$/inspect";

    // A peer that never answers what it does not know must not hold up the call.
    private static readonly TimeSpan _timeToInspect = TimeSpan.FromSeconds(5);

    private readonly PeerSettings _settings;

    private Peer(PeerSettings settings, MprpcClient client)
    {
        _settings = settings;
        Client = client;
    }

    public MprpcClient Client { get; }

    public JsonToMessagePack Encoder => new(_settings.Preset?.OldSpec ?? false);

    /// <exception cref="ToolException">There is no connection.</exception>
    public static async Task<Peer> ConnectAsync(PeerSettings settings, CancellationToken cancellationToken)
    {
        MprpcClient client = settings.CreateClient();

        try
        {
            await client.ConnectAsync(cancellationToken);
            return new Peer(settings, client);
        }
        catch (Exception exception)
        {
            await client.DisposeAsync();

            if (exception is MprpcConnectionException or TimeoutException && Failure.CodeOf(exception) is ExitCode.Lost or ExitCode.Timeout)
            {
                throw new ToolException(exception.Message, ExitCode.CannotConnect, exception);
            }

            throw;
        }
    }

    /// <summary>What the peer tells of the method, or null: it does not know <c>$/inspect</c>, may not be asked, or has no such method.</summary>
    public async Task<(MethodDescription Method, ServerDescription Server)?> TryDescribeAsync(string method, CancellationToken cancellationToken)
    {
        if (!_settings.MayInspect)
        {
            return null;
        }

        try
        {
            TimeSpan? time = _settings.Timeout < _timeToInspect ? _settings.Timeout : _timeToInspect;
            var options = new MprpcCallOptions { Timeout = time, CancellationToken = cancellationToken };
            MprpcRaw answer = await Client.CallAsync<MprpcRaw>(Inspect, options, method);
            ServerDescription server = DescriptionReader.Read(MessagePackToJson.Write(answer.Memory));
            return server.Find(method) is { } described ? (described, server) : null;
        }
        catch (Exception exception) when (exception is MprpcRemoteException or TimeoutException or ValueException)
        {
            return null;
        }
    }

    /// <summary>The description of all methods, as JSON. neovim gives its own, which has the same keys.</summary>
    /// <exception cref="ToolException">The peer has no description.</exception>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        bool isNeovim = _settings.Preset == MprpcPeer.Neovim;

        try
        {
            MprpcRaw answer = await Client.CallAsync<MprpcRaw>(isNeovim ? "nvim_get_api_info" : Inspect, cancellationToken);
            return MessagePackToJson.Write(isNeovim ? SecondOf(answer.Memory) : answer.Memory);
        }
        catch (MprpcRemoteException exception) when (Failure.CodeOf(exception) == ExitCode.RemoteError)
        {
            throw new ToolException(
                $"{_settings.Url} has no description of its methods: {exception.Message} It is there for servers made with Mprpc in Development, or with the "
                + "endpoint's Inspect set, and for neovim with --peer Neovim. 'mprpc call' works without it.",
                ExitCode.RemoteError,
                exception);
        }
    }

    /// <summary>Encodes arguments by the method's signature, as far as it is known.</summary>
    /// <exception cref="ValueException">One cannot be read.</exception>
    public object?[] Encode(
        IEnumerable<string> arguments, ArgumentMode mode, MethodDescription? method = null, IReadOnlyDictionary<string, TypeDefinition>? types = null)
    {
        var reader = new ArgumentReader(Encoder, mode, Console.OpenStandardInput);
        return [.. arguments.Select((argument, i) => (object?)reader.Read(argument, method?.TypeOfArgument(i), types))];
    }

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    /// <summary>neovim answers [channel, metadata].</summary>
    private static ReadOnlyMemory<byte> SecondOf(ReadOnlyMemory<byte> answer)
    {
        var reader = new MessagePackReader(answer);
        reader.ReadArrayHeader();
        reader.Skip();
        return answer[(int)reader.Consumed..];
    }
}
