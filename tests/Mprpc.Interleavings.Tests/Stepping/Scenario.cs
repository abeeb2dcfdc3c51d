namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>What the threads of one run do, and what must hold when all have ended.</summary>
internal sealed record Scenario(Action Check, params Action[] Threads);
