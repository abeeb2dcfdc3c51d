namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Tests that keep processors busy, or count what happens meanwhile: one after the other, and beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CoreTestsGroup
{
    public const string Name = "Core";
}
