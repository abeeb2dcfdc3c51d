using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Binding;

/// <summary>A call whose result is a stream, before it is made: each enumeration makes it. Safe for concurrent use.</summary>
internal sealed class StreamRequest<T> : IAsyncEnumerable<T>
{
    private readonly MprpcCallInvoker _invoker;
    private readonly string _method;
    private readonly byte[] _written;
    private readonly int _levels;
    private readonly MprpcSerializerOptions _serializer;
    private readonly IReadOnlyList<(int Index, MprpcStream Stream)> _fed;
    private readonly MprpcStreamOptions _options;
    private readonly CancellationToken _cancellationToken;

    /// <param name="invoker">Makes the call.</param>
    /// <param name="method">The method's wire name, for errors.</param>
    /// <param name="request">Method and arguments; given back.</param>
    /// <param name="options">How the stream is read.</param>
    /// <param name="cancellationToken">Ends each enumeration.</param>
    public StreamRequest(MprpcCallInvoker invoker, string method, MprpcWriter request, MprpcStreamOptions options, CancellationToken cancellationToken)
    {
        _invoker = invoker;
        _method = method;
        _written = request.WrittenSpan.ToArray();
        _levels = request.Levels;
        _serializer = request.Serializer;
        _fed = request.TakeStreams();
        _options = options;
        _cancellationToken = cancellationToken;
        MprpcCallInvoker.Drop(request);
    }

    /// <summary>How long the whole stream may take; null: as long as it does.</summary>
    private TimeSpan? OwnTimeout => _options.Call.Timeout ?? _invoker.OwnTimeout;

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Call(this, cancellationToken);

    private MprpcWriter Write()
    {
        MprpcWriter request = _invoker.BeginCall();
        request.WriteEncoded(_written);
        request.Levels = _levels;
        return request;
    }

    /// <summary>One call, and the reading of its result.</summary>
    private sealed class Call : ItemEnumerator<T>
    {
        private readonly StreamRequest<T> _request;
        private readonly CancellationTokenSource _ending;
        private readonly CancellationToken _own;
        private bool _isLate;
        private bool _isDisposed;
        private Timer? _firstItem;

        public Call(StreamRequest<T> request, CancellationToken own)
            : base(new IncomingItems(request._options.Prefetch ?? StreamAllowance.NoLimit), request._serializer)
        {
            _request = request;
            _own = own;
            _ending = CancellationTokenSource.CreateLinkedTokenSource(request._cancellationToken, request._options.Call.CancellationToken, own);
        }

        public override async ValueTask DisposeAsync()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Items.Drop(isDisposed: true);
            Release();
            await _ending.CancelAsync().ConfigureAwait(false);      // a call that has ended is none to cancel

            if (_firstItem is not null)
            {
                await _firstItem.DisposeAsync().ConfigureAwait(false);
            }

            _ending.Dispose();      // the application's tokens forget it
        }

        protected override ValueTask BeginAsync()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            TimeSpan timeout = _request._invoker.CallTimeout;

            if (_request.OwnTimeout is null && timeout != Timeout.InfiniteTimeSpan)
            {
                _firstItem = new Timer(static call => ((Call)call!).OnLate(), this, timeout, Timeout.InfiniteTimeSpan);
            }

            _ = RunAsync();
            return ValueTask.CompletedTask;
        }

        protected override Exception Unreadable(long index, string expected, Exception? inner)
            => new MessagePackSerializationException(
                $"Item {index + 1} of the stream '{_request._method}' cannot be read as {expected}. "
                + "Ask for the type that the peer sends, or for MprpcRaw.",
                inner);

        private async Task RunAsync()
        {
            try
            {
                MprpcCallOptions options = _request._options.Call with
                {
                    Timeout = _request.OwnTimeout ?? Timeout.InfiniteTimeSpan,
                    CancellationToken = _ending.Token,
                };
                MprpcRaw last = await FeedingCall.SendAsync<MprpcRaw>(_request._invoker, _request._method, _request.Write(), _request._fed, Items, options)
                    .ConfigureAwait(false);
                Complete(last);
            }
            catch (OperationCanceledException exception) when (_ending.IsCancellationRequested)
            {
                Items.Fail(Explain(exception), isAtOnce: true);
            }
            catch (Exception exception)
            {
                Items.Fail(exception, isAtOnce: false);
            }
        }

        private void Complete(in MprpcRaw last)
        {
            if (!Items.TryComplete(last))
            {
                Items.Fail(
                    new MessagePackSerializationException(
                        $"The result of '{_request._method}' is neither a stream nor an array. Call it by CallAsync, with the type that it returns."),
                    isAtOnce: false);
            }
        }

        private Exception Explain(OperationCanceledException exception)
        {
            if (_isLate)
            {
                return new TimeoutException(
                    $"The stream '{_request._method}' had no item within {_request._invoker.CallTimeout.TotalMilliseconds:N0} ms. "
                    + "It may still run at the peer. Raise MprpcClientOptions.CallTimeout; MprpcCallOptions.Timeout is that of the whole stream.");
            }

            CancellationToken cause = _own.IsCancellationRequested ? _own
                : _request._cancellationToken.IsCancellationRequested ? _request._cancellationToken
                : _request._options.Call.CancellationToken;
            return new OperationCanceledException($"The stream '{_request._method}' was cancelled.", exception, cause);
        }

        private void OnLate()
        {
            if (!Items.HasBegun)
            {
                _isLate = true;
                _ = _ending.CancelAsync();
            }
        }
    }
}
