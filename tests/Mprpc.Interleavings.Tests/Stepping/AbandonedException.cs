namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Unwinds the threads of a run that cannot go on.</summary>
internal sealed class AbandonedException : Exception;
