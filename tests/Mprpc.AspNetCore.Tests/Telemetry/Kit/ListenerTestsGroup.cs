namespace Mprpc.AspNetCore.Tests.Telemetry.Kit;

/// <summary>Tests that listen to the spans of the whole process: beside no others, whose calls would have spans and traces then.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ListenerTestsGroup
{
    public const string Name = "Listeners";
}
