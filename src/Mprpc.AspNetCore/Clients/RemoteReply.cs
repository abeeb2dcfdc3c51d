namespace Mprpc.AspNetCore.Clients;

/// <summary>What a client of another server has answered.</summary>
/// <param name="ConnectionId">The client's connection.</param>
/// <param name="Result">The result as it came, or null where there is an error.</param>
/// <param name="Error">Why there is no result.</param>
internal sealed record RemoteReply(string ConnectionId, ReadOnlyMemory<byte>? Result, Exception? Error);
