using System.Diagnostics.CodeAnalysis;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>A parameter that is a stream, as the method reads it; once.</summary>
internal sealed class FedStream<T>(IncomingItems items, MprpcSerializerOptions serializer, string method, string parameter) : IAsyncEnumerable<T>
{
    private int _isRead;

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        => Interlocked.Exchange(ref _isRead, 1) == 0
            ? new Enumerator(items, serializer, method, parameter, cancellationToken)
            : throw new InvalidOperationException(
                $"The stream '{parameter}' of method '{method}' can be read once: its items come while the call runs. Keep them in a list to read them again.");

    private sealed class Enumerator : ItemEnumerator<T>
    {
        private readonly string _method;
        private readonly string _parameter;
        private readonly CancellationTokenRegistration _registration;

        public Enumerator(IncomingItems items, MprpcSerializerOptions serializer, string method, string parameter, CancellationToken cancellationToken)
            : base(items, serializer)
        {
            _method = method;
            _parameter = parameter;
            _registration = cancellationToken.UnsafeRegister(Cancel, items);
        }

        public override ValueTask DisposeAsync()
        {
            _registration.Dispose();
            Items.DropAndTell();
            Release();
            return ValueTask.CompletedTask;
        }

        protected override Exception Unreadable(long index, string expected, Exception? inner)
            => new InvalidArgumentsException($"Item {index + 1} of '{_parameter}' of method '{_method}' must be {ExpectedShape.Of(expected)}.");

        private static void Cancel(object? items, CancellationToken cancellationToken)
            => ((IncomingItems)items!).Refuse(new OperationCanceledException("The reading of the stream was cancelled.", cancellationToken));
    }
}
