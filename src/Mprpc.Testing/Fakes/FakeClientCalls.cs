using System.Runtime.CompilerServices;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Clients;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Testing.Fakes;

/// <summary>Records what goes to clients that are not there, and answers as a test says. Safe for concurrent use.</summary>
internal sealed class FakeClientCalls : ClientCalls
{
    private readonly Lock _gate = new();
    private readonly List<MprpcFakeClientCall> _recorded = [];
    private readonly Dictionary<string, FakeClient> _clients = new(StringComparer.Ordinal);

    public FakeClientCalls(MprpcServerOptions options)
        : base(options.Serializer, options.Limits.ToConnectionLimits())
        => Groups = new FakeGroups(this);

    public IMprpcGroups Groups { get; }

    public IReadOnlyList<MprpcFakeClientCall> Recorded
    {
        get
        {
            lock (_gate)
            {
                return [.. _recorded];
            }
        }
    }

    public void Connect(string connectionId, string? user, IReadOnlyCollection<string> groups)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);

        lock (_gate)
        {
            _clients[connectionId] = new FakeClient(user, [.. groups], []);
        }
    }

    public IReadOnlyCollection<string> GroupsOf(string connectionId)
    {
        lock (_gate)
        {
            return [.. Client(connectionId).Groups];
        }
    }

    public void Answer(string connectionId, string method, Func<MprpcFakeCall, object?> answer)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(answer);

        lock (_gate)
        {
            Client(connectionId).Answers[method] = answer;
        }
    }

    /// <returns>Whether there is such a client.</returns>
    public bool ChangeGroup(string connectionId, Action<HashSet<string>> change)
    {
        lock (_gate)
        {
            if (_clients.GetValueOrDefault(connectionId) is not { } client)
            {
                return false;
            }

            change(client.Groups);
            return true;
        }
    }

    public override void Publish(MprpcTarget target, string method, MprpcWriter notification, MprpcMetadata? metadata)
        => Record(target, Question.Take(method, notification, new MprpcCallOptions { Metadata = metadata }), isNotification: true);

    public override ValueTask<T> CallAsync<T>(string connectionId, Question question, CancellationToken cancellationToken)
        => FirstAsync(
            AskAsync<T>(MprpcTarget.Connection(connectionId), question, Timeout.InfiniteTimeSpan, cancellationToken),
            $"There is no connection {connectionId}; '{question.Method}' was not sent. Connect it in the test.");

    public override async IAsyncEnumerable<MprpcReply<T>> AskAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        MprpcFakeCall call = Record(target, question, isNotification: false);
        KeyValuePair<string, FakeClient>[] asked;

        lock (_gate)
        {
            asked = [.. _clients.Where(client => client.Value.Is(target, client.Key))];
        }

        foreach ((string id, FakeClient client) in asked)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Ask<T>(id, client, call);
        }
    }

    private MprpcFakeCall Record(MprpcTarget target, Question question, bool isNotification)
    {
        MessagePackHead.TryReadBytes(question.Call.Span, out int head, out int length);
        MprpcRaw[] arguments = new MprpcRaw(question.Call[(head + length)..]).Deserialize<MprpcRaw[]>(Serializer);
        var call = new MprpcFakeCall(question.Method, isNotification, arguments, Serializer);

        lock (_gate)
        {
            _recorded.Add(new MprpcFakeClientCall(target, call, Copy(question.Options.Metadata)));
        }

        return call;
    }

    /// <summary>As it is now, and without what the application has not set itself.</summary>
    private static MprpcMetadata Copy(MprpcMetadata? metadata)
    {
        var copy = new MprpcMetadata { IsReadOnly = true };

        foreach (MprpcMetadataEntry entry in metadata is { IsOptional: false } ? metadata : [])
        {
            copy.AddReceived(entry.Key, entry.ValueBytes.ToArray(), entry.IsBinary);
        }

        return copy;
    }

    private MprpcReply<T> Ask<T>(string id, FakeClient client, MprpcFakeCall call)
    {
        Func<MprpcFakeCall, object?>? answer;

        lock (_gate)
        {
            answer = client.Answers.GetValueOrDefault(call.Method);
        }

        try
        {
            return answer is null
                ? throw new MprpcException($"Method '{call.Method}' not found.", "not_found")
                : new MprpcReply<T> { ConnectionId = id, Result = ResultOf<T>(call, answer(call)) };
        }
        catch (MprpcException exception)
        {
            return new MprpcReply<T> { ConnectionId = id, Error = new MprpcRemoteException(call.Method, exception.Message, exception.Code, errorData: null) };
        }
    }

    private static T? ResultOf<T>(MprpcFakeCall call, object? result) => result switch
    {
        _ when typeof(T) == typeof(NoValue) => default,     // whatever it is, nobody reads it
        null => default,
        T value => value,
        _ => throw new InvalidOperationException(
            $"The answer of the test to '{call.Method}' is {result.GetType()}; {typeof(T)} is asked for. Return that from what Answer was given."),
    };

    private FakeClient Client(string connectionId) => _clients.GetValueOrDefault(connectionId)
        ?? throw new ArgumentException($"The client '{connectionId}' is not connected. Call Connect(\"{connectionId}\") first.", nameof(connectionId));

    private sealed record FakeClient(string? User, HashSet<string> Groups, Dictionary<string, Func<MprpcFakeCall, object?>> Answers)
    {
        public bool Is(MprpcTarget target, string id) => target.Kind switch
        {
            TargetKind.All => true,
            TargetKind.AllExcept => !target.Excludes(id),
            TargetKind.Groups => target.Names.Any(Groups.Contains),
            TargetKind.Users => User is not null && target.Names.Contains(User),
            _ => target.Name == id,
        };
    }
}
