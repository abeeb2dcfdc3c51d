namespace Mprpc.AspNetCore.Policies;

/// <summary>How long the calls of a mapped service may take.</summary>
internal sealed record CallTimeoutMetadata(TimeSpan Timeout);
