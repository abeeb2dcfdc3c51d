using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>A call that waits until a connection has a place for it.</summary>
/// <param name="Call">Waits for the result.</param>
/// <param name="Request">The method and the arguments.</param>
/// <param name="WaitsForReady">Whether it waits while the server cannot be reached.</param>
/// <param name="CancellationToken">The caller's.</param>
internal readonly record struct WaitingCall(PendingCall Call, MprpcWriter Request, bool WaitsForReady, CancellationToken CancellationToken);
