using Mprpc.Dispatch;

namespace Mprpc.Core.Tests.Dispatch;

public sealed class WireNameTests
{
    [Theory]
    [InlineData("Sum", "sum", "sum", "Sum")]
    [InlineData("GetUser", "get_user", "getUser", "GetUser")]
    [InlineData("GetUserAsync", "get_user", "getUser", "GetUser")]
    [InlineData("Async", "async", "async", "Async")]
    [InlineData("AsyncSum", "async_sum", "asyncSum", "AsyncSum")]
    [InlineData("SumAsyncAsync", "sum_async", "sumAsync", "SumAsync")]
    [InlineData("Sumasync", "sumasync", "sumasync", "Sumasync")]
    [InlineData("HTTPServer", "http_server", "hTTPServer", "HTTPServer")]
    [InlineData("GetHTTP", "get_http", "getHTTP", "GetHTTP")]
    [InlineData("GetX", "get_x", "getX", "GetX")]
    [InlineData("X", "x", "x", "X")]
    [InlineData("ABTest", "ab_test", "aBTest", "ABTest")]
    [InlineData("Sum2", "sum2", "sum2", "Sum2")]
    [InlineData("Sum2Numbers", "sum2_numbers", "sum2Numbers", "Sum2Numbers")]
    [InlineData("Utf8Length", "utf8_length", "utf8Length", "Utf8Length")]
    [InlineData("get_user", "get_user", "get_user", "get_user")]
    [InlineData("Get_User", "get_user", "get_User", "Get_User")]
    [InlineData("_Sum", "_sum", "_Sum", "_Sum")]
    [InlineData("ÄndereÖl", "ändere_öl", "ändereÖl", "ÄndereÖl")]
    public void From_EachPolicy_MakesTheNameThatItsCallersExpect(string method, string snake, string camel, string declared)
    {
        Assert.Equal(snake, WireName.From(method, MprpcNamingPolicy.SnakeCase));
        Assert.Equal(camel, WireName.From(method, MprpcNamingPolicy.CamelCase));
        Assert.Equal(declared, WireName.From(method, MprpcNamingPolicy.AsDeclared));
    }

    [Fact]
    public void From_UnknownPolicy_NamesThoseThereAre()
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => WireName.From("Sum", (MprpcNamingPolicy)7));

        Assert.Contains("SnakeCase, CamelCase or AsDeclared", exception.Message, StringComparison.Ordinal);
    }
}
