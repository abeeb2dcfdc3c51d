using System.Diagnostics;

namespace Mprpc.Diagnostics;

/// <summary>The trace that a peer has sent with a call, as far as it counts; the default: none.</summary>
/// <param name="Parent">The span that the call's is inside of.</param>
/// <param name="Link">The span that the call's only names.</param>
/// <param name="Baggage">What the peer wants to have passed on, as it came; null: nothing.</param>
internal readonly record struct RemoteTrace(ActivityContext? Parent, ActivityContext? Link, string? Baggage);
