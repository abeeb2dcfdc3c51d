using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <summary>Makes the call that streams belong to: a client, or one connection. Safe for concurrent use.</summary>
internal interface ICallSender
{
    /// <summary>What may be collected into an array, for a peer that takes no streams.</summary>
    StreamLimits StreamLimits { get; }

    /// <summary>Gives a writer for one call: the name of the method, then an array of the arguments.</summary>
    MprpcWriter BeginCall();

    /// <summary>Sends a request with options of its own.</summary>
    ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options);
}
