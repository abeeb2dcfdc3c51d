namespace Mprpc.Client;

/// <summary>A client that <c>AddMprpcClient</c> has added.</summary>
internal sealed record AddedClient(string Name);
