using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Client;

/// <summary>Plays C cases against a client.</summary>
public static class ClientCaseRunner
{
    /// <summary>Runs the case, in every way that the mode cuts what the server sends; the first way that fails is the result.</summary>
    /// <param name="createClient">Makes a client that is not connected yet; it is disposed here.</param>
    public static async Task<CaseResult> RunAsync(
        ClientCase clientCase, Func<IConformanceClient> createClient, SplitMode mode, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clientCase);
        ArgumentNullException.ThrowIfNull(createClient);

        // How long the vectors are is known when they have been sent: a cut past a vector's end sends it whole.
        (CaseResult result, int longest) = await RunCutAsync(offset: 1);

        foreach (int offset in mode == SplitMode.EachOffset ? Pieces.OffsetsOfAll(longest).Skip(1) : [])
        {
            if (result.Verdict != CaseVerdict.Pass)
            {
                break;
            }

            (result, _) = await RunCutAsync(offset);
        }

        return result;

        async Task<(CaseResult Result, int Longest)> RunCutAsync(int offset)
        {
            using var server = new ClientCaseServer(mode) { Offset = offset };
            CaseResult once = await RunOnceAsync(clientCase, createClient, server, cancellationToken);
            bool tellsCut = mode == SplitMode.EachOffset && once.Verdict != CaseVerdict.Pass;
            return (tellsCut ? once with { Actual = $"{once.Actual} (cut after {offset} bytes)" } : once, server.LongestSent);
        }
    }

    private static async Task<CaseResult> RunOnceAsync(
        ClientCase clientCase, Func<IConformanceClient> createClient, ClientCaseServer server, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<string?> playing = server.PlayAsync(clientCase.Script, stop.Token);
        await using IConformanceClient client = createClient();
        await client.ConnectAsync(server.Url, clientCase.Profile, cancellationToken);

        List<FedSource> sources = [];

        foreach (IReadOnlyList<ClientCall> wave in clientCase.Waves)
        {
            if (Start(client, wave, sources, cancellationToken) is not { } calls)
            {
                await stop.CancelAsync();
                return Result(CaseVerdict.Skip, "the client has no hook for the next msgid");
            }

            Task<ClientOutcome[]> all = Task.WhenAll(calls);
            if (await Task.WhenAny(all, Task.Delay(clientCase.WaveWithin, cancellationToken)) != all)
            {
                string? stuck = playing.IsCompleted ? await playing : null;
                return Result(
                    CaseVerdict.Fail, $"not answered within {clientCase.WaveWithin.TotalSeconds} s; the server's script: {stuck ?? "played or waiting"}");
            }

            ClientOutcome[] outcomes = await all;
            if (!wave.Zip(outcomes).All(pair => pair.First.IsMetBy(pair.Second)))
            {
                return Result(CaseVerdict.Fail, string.Join(", ", outcomes.Select(o => o.ToString())));
            }

            await Task.Delay(clientCase.Rest, cancellationToken);
        }

        Task disposed = Task.WhenAll(sources.Select(source => source.Disposed));
        if (await Task.WhenAny(disposed, Task.Delay(clientCase.WaveWithin, cancellationToken)) != disposed)
        {
            return Result(CaseVerdict.Fail, "calls as expected, but the source of a stream was not disposed");
        }

        return await playing is string wrong ? Result(CaseVerdict.Fail, $"calls as expected, but {wrong}") : Result(CaseVerdict.Pass, "as expected");

        CaseResult Result(CaseVerdict verdict, string actual) => new(clientCase.Id, verdict, Describe(clientCase), actual);
    }

    private static List<Task<ClientOutcome>>? Start(
        IConformanceClient client, IReadOnlyList<ClientCall> wave, List<FedSource> sources, CancellationToken cancellationToken)
    {
        var calls = new List<Task<ClientOutcome>>();
        foreach (ClientCall call in wave)
        {
            if (call.MessageId is uint id && !client.TrySetNextMessageId(id))
            {
                return null;
            }

            if (call.Feeds is { } items)
            {
                sources.Add(new FedSource(items, call.FeedIsEndless));
                calls.Add(client.FeedAsync(call.Method, sources[^1], cancellationToken));
            }
            else if (call.IsStream)
            {
                calls.Add(client.StreamAsync(call.Method, call.Arguments, call.Take, cancellationToken));
            }
            else
            {
                calls.Add(client.CallAsync(call.Method, call.Arguments, cancellationToken));
            }
        }

        return calls;
    }

    private static string Describe(ClientCase clientCase)
        => string.Join("; then ", clientCase.Waves.Select(wave => string.Join(" and ", wave.Select(call => call.ToString()))));
}
