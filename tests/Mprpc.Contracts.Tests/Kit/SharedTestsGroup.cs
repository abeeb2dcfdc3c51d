namespace Mprpc.Contracts.Tests.Kit;

/// <summary>Alone: what is allocated is counted for the whole process.</summary>
[CollectionDefinition(nameof(SharedTests), DisableParallelization = true)]
public sealed class SharedTestsGroup;
