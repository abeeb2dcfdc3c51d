namespace Mprpc.Contracts.Tests;

/// <summary>The two projects with these tests do not test the same twice.</summary>
public sealed class PathTests
{
    [Fact]
    public async Task Server_OfThisProject_CallsItsMethodsTheWayTheProjectSays()
    {
        await using var host = await ContractHost<ITypes>.StartAsync<Types>();

        string path = await host.Client.PathAsync().InTime();

        Assert.Equal(TestedPath.IsGenerated, path.Contains("Types_Dispatcher.", StringComparison.Ordinal));

        // Optimised, the frame of a method made at run time may be gone by then: what was generated is looked for as well.
        Assert.Equal(TestedPath.IsGenerated, typeof(Types).Assembly.GetTypes().Any(type => type.Name.EndsWith("_Dispatcher", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Client_OfThisProject_IsAProxyMadeTheWayTheProjectSays()
    {
        await using var host = await ContractHost<ITypes>.StartAsync<Types>();

        Type proxy = host.Client.GetType();

        Assert.Equal(TestedPath.IsGenerated, proxy.Assembly == typeof(ITypes).Assembly);
        Assert.NotEqual(TestedPath.IsGenerated, proxy.Assembly.IsDynamic);
    }
}
