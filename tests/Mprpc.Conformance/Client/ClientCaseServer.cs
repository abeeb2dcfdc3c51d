using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Client;

/// <summary>A server on loopback that plays a script, whatever the client does.</summary>
/// <remarks>
/// Steps: <c>accept</c> a connection; <c>read</c> a request; <c>send</c> a vector; <c>fin</c>; <c>closed</c>: the client must close within a second; <c>silence
/// ms</c>: nothing may arrive for so long; <c>delay ms</c>; <c>response hex</c>: an answer to the msgid must arrive; <c>notice vector</c>: exactly these bytes
/// must; <c>id hex</c> and <c>was vector</c>: what
/// the last request's msgid and bytes must be. In vectors <c>{i}</c> is the last request's msgid as it was sent, <c>{i1}</c> the first request's, <c>{p1}</c>
/// the first request's first param, <c>{id32}</c> the last msgid as a uint32, <c>{other}</c> a msgid that no request has.
/// </remarks>
public sealed class ClientCaseServer : IDisposable
{
    private static readonly TimeSpan StepWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<WireSocket> _accepted = [];
    private readonly List<WireValue> _requests = [];
    private readonly SplitMode _mode;

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    /// <param name="mode">How its vectors are cut; <see cref="SplitMode.EachOffset"/> needs <see cref="Offset"/>.</param>
    public ClientCaseServer(SplitMode mode)
    {
        _mode = mode;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    /// <summary>Where it listens.</summary>
    public string Url => $"tcp://{_listener.LocalEndPoint}";

    /// <summary>Where each vector is cut; a shorter one is sent whole.</summary>
    public int Offset { get; init; }

    /// <summary>How many bytes the longest vector had that was sent.</summary>
    public int LongestSent { get; private set; }

    private WireSocket Current => _accepted[^1];

    /// <summary>Plays the steps; null when each was possible, else which one was not and why.</summary>
    public async Task<string?> PlayAsync(IReadOnlyList<string> script, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(script);
        foreach (string step in script)
        {
            try
            {
                if (await PlayAsync(step, cancellationToken) is string wrong)
                {
                    return $"at \"{step}\": {wrong}";
                }
            }
            catch (Exception e) when (e is TimeoutException or FormatException or SocketException)
            {
                return $"at \"{step}\": {e.Message}";
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _accepted.ForEach(socket => socket.Dispose());
    }

    private async Task<string?> PlayAsync(string step, CancellationToken cancellationToken)
    {
        string[] words = step.Split(' ', 2);
        string rest = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "accept":
                return await AcceptAsync(cancellationToken);
            case "read":
                return await ReadRequestAsync();
            case "send":
                byte[] bytes = Substitute(rest);
                LongestSent = Math.Max(LongestSent, bytes.Length);
                await Current.SendAsync(bytes, PiecesOf(bytes.Length), cancellationToken);
                return null;
            case "fin":
                Current.FinishSending();
                return null;
            case "closed":
                return await Current.ReadEndAsync(CloseWithin) ? null : $"bytes {Hex.Print(Current.Unread)}";
            case "silence":
                return await Current.IsSilentAsync(Milliseconds(rest)) ? null : $"bytes {Hex.Print(Current.Unread)}";
            case "delay":
                await Task.Delay(Milliseconds(rest), cancellationToken);
                return null;
            case "response":
                WireValue? answer = await Current.ReadAsync(StepWithin);
                return answer is { Items: [{ Number: var type }, var id, _, _] } && type == 1 && id.Means(WireDecoder.Read(Substitute(rest)))
                    ? null
                    : $"{answer?.ToString() ?? "close"}";
            case "notice":
                WireValue? notice = await Current.ReadAsync(StepWithin);
                return notice is not null && notice.Encoded.AsSpan().SequenceEqual(Substitute(rest)) ? null : $"{notice?.ToString() ?? "close"}";
            case "id":
                WireValue actual = _requests[^1].Items[1];
                return actual.Means(WireDecoder.Read(Substitute(rest))) ? null : $"msgid {actual}";
            case "was":
                return _requests[^1].Encoded.AsSpan().SequenceEqual(Substitute(rest)) ? null : $"{_requests[^1]}";
            default:
                throw new ArgumentException($"No such step: {step}", nameof(step));
        }
    }

    private async Task<string?> AcceptAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(StepWithin);
        try
        {
            Socket socket = await _listener.AcceptAsync(deadline.Token);
            socket.NoDelay = true;
            _accepted.Add(new WireSocket(socket));
            return null;
        }
        catch (OperationCanceledException)
        {
            return $"no connection within {StepWithin.TotalSeconds} s";
        }
    }

    private async Task<string?> ReadRequestAsync()
    {
        WireValue? request = await Current.ReadAsync(StepWithin);
        if (request is not { Kind: WireKind.Array, Items: [{ Number: var type }, { Kind: WireKind.Number }, { Kind: WireKind.Text }, { Kind: WireKind.Array }] }
            || type != 0)
        {
            return $"{request?.ToString() ?? "close"} instead of a request";
        }

        _requests.Add(request);
        return null;
    }

    private byte[] Substitute(string vector)
    {
        for (int n = 1; n <= _requests.Count; n++)
        {
            WireValue request = _requests[n - 1];
            vector = vector.Replace($"{{i{n}}}", Convert.ToHexString(request.Items[1].Encoded), StringComparison.Ordinal);
            if (request.Items[3].Items is [WireValue first, ..])
            {
                vector = vector.Replace($"{{p{n}}}", Convert.ToHexString(first.Encoded), StringComparison.Ordinal);
            }
        }

        if (_requests is [.., WireValue last])
        {
            uint id = (uint)last.Items[1].Number;
            vector = vector
                .Replace("{i}", Convert.ToHexString(last.Items[1].Encoded), StringComparison.Ordinal)
                .Replace("{id32}", $"ce{id:x8}", StringComparison.Ordinal)
                .Replace("{other}", $"ce{id + 1_000_000:x8}", StringComparison.Ordinal);
        }

        return Hex.Parse(vector);
    }

    private IReadOnlyList<int> PiecesOf(int length)
        => _mode == SplitMode.EachOffset
            ? Offset > 0 && Offset < length ? [Offset, length - Offset] : [length]
            : Pieces.WaysToCut(length, _mode).First();

    private static TimeSpan Milliseconds(string text) => TimeSpan.FromMilliseconds(int.Parse(text, CultureInfo.InvariantCulture));
}
