namespace Mprpc.AspNetCore.Policies;

/// <summary>How many calls of each method of a mapped service may run at once.</summary>
internal sealed record ConcurrencyLimitMetadata(int MaxConcurrentCalls);
