namespace Mprpc.EndToEnd.Tests.Kit;

/// <summary>Tests that start samples/WebApp: one after the other, since it listens on a fixed port.</summary>
[CollectionDefinition(Name)]
public sealed class SampleApplication
{
    public const string Name = "samples/WebApp";
}
