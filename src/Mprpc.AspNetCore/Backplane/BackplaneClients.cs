using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Backplane;

/// <summary>The clients of other servers, reached over the application's backplane. Safe for concurrent use.</summary>
internal sealed class BackplaneClients : IRemoteClients, IDisposable
{
    // What may wait for a backplane that is slow, or away: then notifications to other servers are dropped, and counted.
    private const int MaxPending = 16 * 1024 * 1024;

    private readonly IMprpcBackplane _backplane;
    private readonly ServerMeter _meter;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _interval;
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly KnownServers _servers;
    private readonly BackplaneChannels _channels;
    private readonly BackplaneAnswers _answers;
    private readonly ConcurrentDictionary<long, OpenQuestion> _questions = new();
    private ITimer? _timer;
    private long _lastQuestion;
    private long _pending;

    public BackplaneClients(IServiceProvider services)
    {
        _backplane = services.GetRequiredService<IMprpcBackplane>();
        _meter = services.GetRequiredService<ServerMeter>();
        _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _interval = services.GetRequiredService<IOptions<MprpcServerOptions>>().Value.BackplaneHeartbeat;
        var logger = new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Server"));
        _logger = new SampledLogger(logger, TimeProvider.System);
        _servers = new KnownServers(_clock, _interval);
        ClientRegistry clients = services.GetRequiredService<ClientRegistry>();
        _channels = new BackplaneChannels(_backplane, clients, OnMessage, _logger);
        _answers = new BackplaneAnswers(_id, clients, _channels.SettleAsync, TryPublishAsync);
    }

    /// <summary>Begins to listen, and tells the others.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _channels.OpenAsync(_id, cancellationToken).ConfigureAwait(false);
        await TryPublishAsync(BackplaneChannels.All, new ServerMessage(MessageKind.Alive, _id)).ConfigureAwait(false);
        _timer = _clock.CreateTimer(static clients => ((BackplaneClients)clients!).OnTick(), this, _interval, _interval);
    }

    /// <summary>Tells the others that there are no more answers, and listens no longer.</summary>
    public async Task StopAsync()
    {
        _timer?.Dispose();
        await TryPublishAsync(BackplaneChannels.All, new ServerMessage(MessageKind.Bye, _id)).ConfigureAwait(false);
        await _channels.CloseAsync().ConfigureAwait(false);

        foreach (OpenQuestion question in _questions.Values)
        {
            question.EndAll(Lost);
        }
    }

    public void Dispose() => _timer?.Dispose();

    public void Publish(MprpcTarget target, PushMessage message)
    {
        if (Interlocked.Add(ref _pending, message.Length) > MaxPending)
        {
            Interlocked.Add(ref _pending, -message.Length);
            _meter.OnUndelivered(new PushLosses { Backplane = 1 });
            return;
        }

        var notify = new ServerMessage(MessageKind.Notify, _id)
        {
            Target = target,
            Name = message.Method,
            Body = message.Memory,
            Metadata = message.Metadata,
        };
        _ = NotifyAsync(BackplaneChannels.Of(target), notify, message.Length);      // owned: cannot throw
    }

    public IAsyncEnumerable<RemoteReply> AskAsync(MprpcTarget target, Question question, TimeSpan within, CancellationToken cancellationToken)
        => AskAsync(
            new ServerMessage(MessageKind.Ask, _id)
            {
                Target = target,
                Name = question.Method,
                Body = question.Call,
                Within = within,
                Metadata = question.Options.Metadata,
            },
            cancellationToken);

    public ValueTask<bool> JoinAsync(string connectionId, string group, CancellationToken cancellationToken)
        => ChangeGroupAsync(MessageKind.Join, connectionId, group, cancellationToken);

    public ValueTask<bool> LeaveAsync(string connectionId, string group, CancellationToken cancellationToken)
        => ChangeGroupAsync(MessageKind.Leave, connectionId, group, cancellationToken);

    private static MprpcConnectionException Lost(string connection)
        => new($"The server of connection {connection} was lost before the answer came.", requestWasSent: true);

    private async ValueTask<bool> ChangeGroupAsync(MessageKind kind, string connectionId, string group, CancellationToken cancellationToken)
    {
        var change = new ServerMessage(kind, _id) { Target = MprpcTarget.Connection(connectionId), Name = group };

        await foreach (RemoteReply reply in AskAsync(change, cancellationToken).ConfigureAwait(false))
        {
            return reply.Error is null ? true : throw reply.Error;
        }

        return false;
    }

    private async IAsyncEnumerable<RemoteReply> AskAsync(ServerMessage message, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long number = Interlocked.Increment(ref _lastQuestion);
        var question = new OpenQuestion(message.Name, _servers.All);
        _questions[number] = question;
        bool isOver = false;

        try
        {
            if (!await TryPublishAsync(BackplaneChannels.All, message with { Question = number }).ConfigureAwait(false))
            {
                isOver = true;
                yield break;
            }

            question.OnAsked();
            using ITimer? timer = message.Within == Timeout.InfiniteTimeSpan ? null : EndAfter(question, message);

            await foreach (RemoteReply reply in question.Replies.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                isOver = message.Target!.Kind == TargetKind.Connection;
                yield return reply;
            }

            isOver = true;
        }
        finally
        {
            _questions.TryRemove(number, out _);

            if (!isOver)
            {
                await TryPublishAsync(BackplaneChannels.All, new ServerMessage(MessageKind.Cancel, _id) { Question = number }).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Each server keeps to the time; but what it says may be lost on the way.</summary>
    private ITimer EndAfter(OpenQuestion question, ServerMessage message)
        => _clock.CreateTimer(
            _ => question.EndAll(connection => new TimeoutException(
                $"The call of '{message.Name}' had no answer of connection {connection} within {message.Within.TotalMilliseconds:N0} ms.")),
            state: null,
            message.Within + (_interval * 2),
            Timeout.InfiniteTimeSpan);

    private void OnMessage(ReadOnlyMemory<byte> bytes)
    {
        if (ServerMessage.TryRead(bytes) is not { } message || message.Sender == _id || message.Sender.Length == 0)
        {
            return;
        }

        if (message.Kind == MessageKind.Bye)
        {
            _servers.Forget(message.Sender);
            OnServerGone(message.Sender);
            return;
        }

        if (_servers.Hear(message.Sender))
        {
            _ = TryPublishAsync(BackplaneChannels.OfServer(message.Sender), new ServerMessage(MessageKind.Alive, _id)).AsTask();     // cannot throw
        }

        if (!_answers.TryHandle(message))
        {
            OnAnswer(message);
        }
    }

    private void OnAnswer(ServerMessage message)
    {
        if (!_questions.TryGetValue(message.Question, out OpenQuestion? question))
        {
            return;
        }

        switch (message.Kind)
        {
            case MessageKind.Begun:
                question.OnBegun(message.Sender, message.Connections);
                break;
            case MessageKind.Reply when message.Connections.Count == 1:
                question.OnReply(message.Sender, message.Error.Count == 0
                    ? new RemoteReply(message.Connections[0], message.Body, Error: null)
                    : new RemoteReply(message.Connections[0], Result: null, RemoteError.Read(question.Method, message.Error)));
                break;
            case MessageKind.Done:
                question.OnEnd(message.Sender, Lost);
                break;
            default:
                break;      // of a later version
        }
    }

    private void OnTick()
    {
        foreach (string server in _servers.ForgetDead())
        {
            ServerLog.ServerLost(_logger, server);
            OnServerGone(server);
        }

        _ = TryPublishAsync(BackplaneChannels.All, new ServerMessage(MessageKind.Alive, _id)).AsTask();     // cannot throw
    }

    private void OnServerGone(string server)
    {
        _answers.CancelOf(server);

        foreach (OpenQuestion question in _questions.Values)
        {
            question.OnEnd(server, Lost);
        }
    }

    private async Task NotifyAsync(string channel, ServerMessage notify, int length)
    {
        if (!await TryPublishAsync(channel, notify).ConfigureAwait(false))
        {
            _meter.OnUndelivered(new PushLosses { Backplane = 1 });
        }

        Interlocked.Add(ref _pending, -length);
    }

    private async ValueTask<bool> TryPublishAsync(string channel, ServerMessage message)
    {
        try
        {
            await _backplane.PublishAsync(channel, message.Write(), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            ServerLog.BackplaneFailed(_logger, exception);
            return false;
        }
    }
}
