namespace Mprpc.Streams;

/// <summary>A call was not sent because its peer takes none of its streams: it can be made again with arrays in their places.</summary>
internal sealed class StreamsNotTakenException(string message) : NotSupportedException(message);
