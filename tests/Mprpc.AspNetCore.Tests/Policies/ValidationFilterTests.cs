using System.ComponentModel.DataAnnotations;
using Mprpc.Client;
using WebApp;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>
/// The filter of samples/WebApp that docs/filters.md shows: DataAnnotations of parameters and of records, by generated code and by reflection.
/// </summary>
public sealed class ValidationFilterTests
{
    public static TheoryData<string, object?[], string> Refused => new()
    {
        { "buy", [0, "x"], "The field count must be between 1 and 9." },
        { "buy", [1, null], "The name field is required." },
        { "buy", [0, null], "The field count must be between 1 and 9. The name field is required." },
        { "order", [new { Count = 10, Name = "x" }], "The field order.Count must be between 1 and 9." },
        { "order", [new { Count = 1, Name = "x", Line = new { Text = (string?)null } }], "The order.Line.Text field is required." },
        { "orders", [new[] { new { Count = 1, Name = "x" }, new { Count = 0, Name = "y" } }], "The field orders[1].Count must be between 1 and 9." },
        { "left_out", [], "The field number must be between 1 and 9." },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task Call_WithAnArgumentThatAnAnnotationForbids_IsRefused(string method, object?[] arguments, string expected)
    {
        await AssertRefusedAsync<Shop>(method, arguments, expected);
        await AssertRefusedAsync<Hidden>(method, arguments, expected);
    }

    [Fact]
    public async Task Call_WithoutAForbiddenArgument_Runs()
    {
        await using RpcHost host = await StartAsync<Shop>();
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(9, await client.CallAsync<int>("buy", 9, "x").InTime());
        Assert.Equal(2, await client.CallAsync<int>("orders", new List<Order> { new(1, "x", null), new(1, "y", new Line("z")) }).InTime());
        Assert.Equal(5, await client.CallAsync<int>("left_out", 5).InTime());
    }

    private static async Task AssertRefusedAsync<T>(string method, object?[] arguments, string expected)
        where T : class
    {
        await using RpcHost host = await StartAsync<T>();
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>(method, arguments).InTime());

        Assert.Equal((expected, "invalid_params"), (error.Message, error.Code));
    }

    private static Task<RpcHost> StartAsync<T>()
        where T : class
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc().AddFilter(new ValidationFilter()),
            app => app.MapMprpcService<T>(0).WithEndpoint(endpoint => endpoint.ErrorShape = MprpcErrorShape.Map));

    internal sealed record Line([property: Required] string? Text);

    internal sealed record Order([Range(1, 9)] int Count, string Name, Line? Line);

    internal class Shop
    {
        public int Buy([Range(1, 9)] int count, [Required] string? name) => count;

        public int Order(Order order) => order.Count;

        public int Orders(IReadOnlyList<Order> orders) => orders.Count;

        public int LeftOut([Range(1, 9)] int number = 0) => number;
    }

    /// <summary>Private, so that no generator reaches it.</summary>
    private sealed class Hidden : Shop;
}
