namespace Mprpc;

/// <summary>The streams of one call, on their way through its senders to the connection.</summary>
internal interface ICallStreams;
