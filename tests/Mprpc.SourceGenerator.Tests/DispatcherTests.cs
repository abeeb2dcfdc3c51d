using MessagePack;
using MessagePack.Resolvers;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.Dispatch;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>Generated code and reflection serve the same service the same way.</summary>
public sealed class DispatcherTests
{
    private static readonly IServiceProvider Provider = new ServiceCollection()
        .AddSingleton<IGreeter>(new Greeter("hello"))
        .AddKeyedSingleton<IGreeter>("other", new Greeter("other"))
        .AddKeyedSingleton<IGreeter>(Color.Blue, new Greeter("blue"))
        .BuildServiceProvider();

    public static TheoryData<string, object?[]> Calls => new()
    {
        { "all.sum", [1, 2] },
        { "all.sum", [1] },
        { "all.sum", [1, 2, 3] },
        { "all.sum", ["1", 2] },
        { "all.sum", [1, long.MaxValue] },
        { "all.sum_async2", [1, 2] },
        { "all.join", ["-", new object[] { "a", "b" }] },
        { "all.join", ["-", null] },
        { "all.tell", ["x"] },
        { "all.tell_async_too", ["x"] },
        { "all.tell_value", ["x"] },
        { "renamed.as_it_is", [null] },
        { "all.renamed", [null] },
        { "all.defaults", [] },
        { "all.defaults", [1, "two", false] },
        { "all.defaults", [1, "two", "no bool"] },
        { "all.with_optional", [1] },
        { "all.with_optional", [] },
        { "all.echo", [new object?[] { "n", 300, 7, null, null, 0 }] },
        { "all.echo", [new object?[] { "n" }] },
        { "all.echo", [null] },
        { "all.echo", ["no array"] },
        { "all.items", [new object[] { new object[] { "a" } }, new Dictionary<string, int> { ["k"] = 1 }, new object[] { new object[] { "b" } }] },
        { "all.tuple", [new object[] { 1, 2 }, "t"] },
        { "all.move", [new object[] { 1, 2 }, 300] },
        { "all.move", [null, 1] },
        { "all.bytes", [new byte[] { 1 }, new byte[] { 2 }] },
        {
            "all.at",
            [
                new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc),
                new object[] { new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), (short)60 },
                10L,
                Guid.Empty.ToString(),
                "1.5",
            ]
        },
        { "all.any", [new object[] { 1, "a" }] },
        { "all.dynamic", ["d"] },
        { "all.raw", [new object[] { 1, 2 }] },
        { "all.context", [1] },
        { "all.service", [1] },
        { "all.keywords", [1, 2, 3, 4, 5] },
        { "all.default", [] },
        { "all.hidden", [] },
        { "all.fail", ["why"] },
        { "all.more", ["m"] },
        { "all.not_of_the_contract", [] },
        { "all.contractless", [
            new Dictionary<string, object> { ["Text"] = "t", ["Points"] = new Dictionary<int, object> { [1] = new object[] { 1, 2 } }, ["Unknown"] = 1 },
            new Dictionary<string, object> { ["Owner"] = "o", ["Level"] = 3, ["Name"] = "n" }] },
    };

    [Theory]
    [MemberData(nameof(Calls), DisableDiscoveryEnumeration = true)]
    public async Task Call_GeneratedAndByReflection_AnswersTheSameBytes(string method, object?[] arguments)
    {
        byte[] request = Request(method, arguments);
        await using var generated = new Peer(Services.ByGeneratedCode(new Everything()), Provider);
        await using var reflected = new Peer(Services.ByReflection(new Everything()), Provider);

        byte[] answer = await generated.SendAsync(request);

        Assert.Equal(Json(await reflected.SendAsync(request)), Json(answer));
        Assert.Equal(await reflected.SendAsync(request), answer);
    }

    [Fact]
    public async Task Int128_GeneratedAndByReflection_AnswersTheSameBytes()
    {
        byte[] request = Request("all.big", [MprpcRaw.From(Int128.MaxValue - 1)]);
        await using var generated = new Peer(Services.ByGeneratedCode(new Everything()), Provider);
        await using var reflected = new Peer(Services.ByReflection(new Everything()), Provider);

        byte[] answer = await generated.SendAsync(request);

        Assert.Equal(await reflected.SendAsync(request), answer);
        Assert.DoesNotContain("error", Json(answer), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("int", "int")]
    [InlineData("long", "long")]
    [InlineData("virtual", "derived int")]
    [InlineData("virtual_long", "derived long")]
    [InlineData("ignored_in_base", "published")]
    public async Task Overload_ThatCSharpWouldNotChoose_IsCalled(string method, string expected)
    {
        byte[] request = Request(method, method.StartsWith("ignored", StringComparison.Ordinal) ? [] : [1]);
        await using var generated = new Peer(Services.ByGeneratedCode(new Overloads()));
        await using var reflected = new Peer(Services.ByReflection(new Overloads()));

        Assert.Contains($"\"{expected}\"", Json(await generated.SendAsync(request)), StringComparison.Ordinal);
        Assert.Contains($"\"{expected}\"", Json(await reflected.SendAsync(request)), StringComparison.Ordinal);
    }

    [Fact]
    public void Methods_GeneratedAndByReflection_AreTheSame()
    {
        Assert.Equal(Describe(Services.ByReflection(new Everything())), Describe(Services.ByGeneratedCode(new Everything())));
        Assert.Equal(Describe(Services.ByReflection(new Overloads())), Describe(Services.ByGeneratedCode(new Overloads())));
    }

    private static List<string> Describe(Dispatcher dispatcher)
        => [.. dispatcher.Methods.Methods
            .Select(method => $"{method.WireName} {method} {method.Description.NeedsContext} {method.Description.RequiredParameters} "
                + $"{string.Join(", ", method.Description.Parameters)}")
            .Order(StringComparer.Ordinal)];

    private static byte[] Request(string method, object?[] arguments)
        => MessagePackSerializer.Serialize(new object?[] { 0, 7, method, arguments }, MprpcSerializerOptions.Default.MessagePack);

    private static string Json(byte[] message) => MessagePackSerializer.ConvertToJson(message, ContractlessStandardResolver.Options);

    private sealed class Greeter(string word) : IGreeter
    {
        public string Greet(int x) => $"{word} {x}";
    }
}
