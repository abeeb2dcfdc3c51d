using Mprpc.Client;
using Mprpc.Conformance.Client;

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>Our client, as the C cases see one.</summary>
internal sealed class ClientUnderTest : IConformanceClient
{
    private MprpcClient? _client;

    public bool IsConnected => _client is { IsConnected: true };

    private MprpcClient Client => _client ?? throw new InvalidOperationException("Not connected.");

    public async ValueTask ConnectAsync(string url, ClientProfile profile, CancellationToken cancellationToken)
        => _client = await MprpcClient.ConnectAsync(
            url,
            new MprpcClientOptions
            {
                OldSpec = profile.OldSpec,
                Extensions = profile.Extensions ? MprpcExtensions.Always : MprpcExtensions.WhenUsed,
                CallTimeout = profile.CallTimeout,
                MaxInFlightPerConnection = profile.MaxInFlightPerConnection ?? int.MaxValue,
            },
            cancellationToken);

    public Task<ClientOutcome> CallAsync(string method, IReadOnlyList<object?> arguments, CancellationToken cancellationToken)
        => OutcomeAsync(async () => await Client.CallAsync<MprpcRaw>(method, cancellationToken, [.. arguments]));

    public async Task<ClientOutcome> StreamAsync(string method, IReadOnlyList<object?> arguments, int? take, CancellationToken cancellationToken)
    {
        List<MprpcRaw> items = [];
        ClientOutcome outcome = await OutcomeAsync(async () =>
        {
            await foreach (MprpcRaw item in Client.StreamAsync<MprpcRaw>(method, [.. arguments]).WithCancellation(cancellationToken))
            {
                items.Add(new MprpcRaw(item.Memory.ToArray()));

                if (items.Count == take)
                {
                    break;
                }
            }

            return MprpcRaw.From<object?>(null);
        });
        return outcome.After(MprpcRaw.From(items).Memory);
    }

    public Task<ClientOutcome> FeedAsync(string method, IAsyncEnumerable<int> items, CancellationToken cancellationToken)
        => OutcomeAsync(async () => await Client.CallAsync<MprpcRaw>(method, cancellationToken, [MprpcStream.From(items)]));

    private static async Task<ClientOutcome> OutcomeAsync(Func<Task<MprpcRaw>> call)
    {
        try
        {
            return ClientOutcome.Result((await call()).Memory.ToArray());
        }
        catch (MprpcRemoteException exception)
        {
            return ClientOutcome.RemoteError(exception.Message, exception.Code, Encode(exception.ErrorData));
        }
        catch (MprpcConnectionException exception)
        {
            return new ClientOutcome(exception.InnerException is MprpcProtocolException ? ClientOutcomeKind.ProtocolBroken : ClientOutcomeKind.ConnectionLost);
        }
        catch (TimeoutException)
        {
            return new ClientOutcome(ClientOutcomeKind.TimedOut);
        }
    }

    public bool TrySetNextMessageId(uint messageId)
    {
        Client.CurrentRequests!.NextId = (int)messageId;
        return true;
    }

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? default;

    private static ReadOnlyMemory<byte> Encode(object? value) => value switch
    {
        null => default,
        MprpcRaw raw => raw.Memory,
        _ => MprpcRaw.From<object?>(value).Memory,
    };
}
