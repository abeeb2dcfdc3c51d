using Mprpc.Conformance.Client;
using Mprpc.Conformance.Server;

namespace Mprpc.Conformance;

/// <summary>All cases, as data. README.md beside this file says what the server must offer and how to run them.</summary>
public static class ConformanceCases
{
    /// <summary>Bytes into a server (S).</summary>
    public static IReadOnlyList<ServerCase> Server => ServerCases.All;

    /// <summary>Bytes into a server that knows the extensions under <c>$/</c> (X).</summary>
    public static IReadOnlyList<ServerCase> Extensions => ExtensionCases.All;

    /// <summary>Bytes that a server sends into a client (C).</summary>
    public static IReadOnlyList<ClientCase> Client => ClientCases.All;

    /// <summary>The same into a client that reads streams and feeds them (K).</summary>
    public static IReadOnlyList<ClientCase> ClientStreams => Conformance.Client.StreamCases.All;
}
