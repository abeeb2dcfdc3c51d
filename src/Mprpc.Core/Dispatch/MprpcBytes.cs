using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace Mprpc.CompilerServices;

/// <summary>
/// Makes streams of bytes in contracts, which are declared as <see cref="Stream"/> or <see cref="PipeReader"/>, the items that travel, and items such streams.
/// For generated code.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcBytes
{
    /// <summary>What a method has returned, as items. The stream is disposed when they have been sent, or are not wanted.</summary>
    /// <param name="returned">The stream.</param>
    /// <returns>The items; null for null.</returns>
    [return: NotNullIfNotNull(nameof(returned))]
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Result(Stream? returned)
        => returned is null ? null : new ReturnedBytes(Task.FromResult<Stream?>(returned));

    /// <inheritdoc cref="Result(Stream?)"/>
    [return: NotNullIfNotNull(nameof(returned))]
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Result(Task<Stream>? returned) => returned is null ? null : new ReturnedBytes(returned!);

    /// <inheritdoc cref="Result(Stream?)"/>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Result(ValueTask<Stream> returned) => new ReturnedBytes(returned.AsTask()!);

    /// <inheritdoc cref="Result(Stream?)"/>
    [return: NotNullIfNotNull(nameof(returned))]
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Result(PipeReader? returned) => Result(returned?.AsStream());

    /// <inheritdoc cref="Result(Stream?)"/>
    [return: NotNullIfNotNull(nameof(returned))]
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Result(Task<PipeReader>? returned)
        => returned is null ? null : new ReturnedBytes(AsStreamAsync(returned));

    /// <inheritdoc cref="Result(Stream?)"/>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> Result(ValueTask<PipeReader> returned) => new ReturnedBytes(AsStreamAsync(returned.AsTask()));

    /// <summary>What is passed to a call, as items. It stays the caller's: nothing is disposed or completed.</summary>
    /// <param name="argument">The stream, read from where it stands.</param>
    /// <returns>The items; null for null.</returns>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Argument(Stream? argument) => argument is null ? null : StreamBytes.ReadAsync(argument);

    /// <inheritdoc cref="Argument(Stream?)"/>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>>? Argument(PipeReader? argument) => Argument(argument?.AsStream(leaveOpen: true));

    /// <summary>Items as the stream that is declared: a parameter as its method reads it, or the result of a call, which is made when it is read.</summary>
    /// <param name="items">The items.</param>
    /// <returns>The stream; null for null.</returns>
    [return: NotNullIfNotNull(nameof(items))]
    public static Stream? AsStream(IAsyncEnumerable<ReadOnlyMemory<byte>>? items) => items is null ? null : new StreamBytes.Reader(items);

    /// <inheritdoc cref="AsStream"/>
    [return: NotNullIfNotNull(nameof(items))]
    public static PipeReader? AsPipeReader(IAsyncEnumerable<ReadOnlyMemory<byte>>? items)
        => items is null ? null : PipeOf(new StreamBytes.Reader(items));

    /// <summary>The result of a call as a stream, once its first bytes are there: what fails before fails the task.</summary>
    /// <param name="items">The items.</param>
    public static async ValueTask<Stream> OpenStreamAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> items)
        => await new StreamBytes.Reader(items).OpenAsync().ConfigureAwait(false);

    /// <inheritdoc cref="OpenStreamAsync"/>
    public static async ValueTask<PipeReader> OpenPipeReaderAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> items)
        => PipeOf(await new StreamBytes.Reader(items).OpenAsync().ConfigureAwait(false));

    private static PipeReader PipeOf(StreamBytes.Reader bytes) => PipeReader.Create(bytes, new StreamPipeReaderOptions(bufferSize: StreamBytes.Piece));

    private static async Task<Stream?> AsStreamAsync(Task<PipeReader> returned) => (await returned.ConfigureAwait(false))?.AsStream();
}
