using System.Net;

namespace Mprpc.AspNetCore.Explorer.Tests;

/// <summary>Who gets to see the page, and which requests are its own.</summary>
public sealed class AccessTests
{
    private const string Policy
        = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'";

    private const string Sum = """{"endpoint": 0, "method": "sum", "args": [1, 2]}""";

    public static TheoryData<string, string?> Requests { get; } = new()
    {
        { "", null }, { "main.js", null }, { "nothing.js", null }, { "api/description", null }, { "api/live", null }, { "api/call", Sum },
        { "api/abort", """{"connection": "x"}""" },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Production_WithoutAuthorization_IsNotFound(string path, string? body)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync("Production");

        using HttpResponseMessage response = await host.SendAsync(path, body);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync().InTime());
        string warning = Assert.Single(host.Warnings);
        Assert.Contains("MapMprpcExplorer(\"/mprpc\") is answered with 404", warning, StringComparison.Ordinal);
        Assert.Contains("Production", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Production_RequireAuthorization_AsksTheApplication()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync("Production", map: app => app.MapMprpcExplorer().RequireAuthorization("admin"));

        foreach ((string path, string? body) in Requests.Where(request => request.Data.Item1 != "nothing.js").Select(request => request.Data))
        {
            using HttpResponseMessage anonymous = await host.SendAsync(path, body);
            using HttpResponseMessage user = await host.SendAsync(path, body, ("X-User", "ada"));
            using HttpResponseMessage admin = await host.SendAsync(path, body, ("X-User", "admin"));

            Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
            Assert.Equal(path == "api/abort" ? HttpStatusCode.NotFound : HttpStatusCode.OK, admin.StatusCode);
        }

        Assert.Empty(host.Warnings);
    }

    [Fact]
    public async Task Production_AuthorizationOfAnOuterGroup_Counts()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(
            "Production", map: app => app.MapGroup("/mprpc").RequireAuthorization().MapMprpcExplorer("/"));

        using HttpResponseMessage anonymous = await host.SendAsync("");
        using HttpResponseMessage user = await host.SendAsync("", body: null, ("X-User", "ada"));

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.OK, user.StatusCode);
        Assert.Empty(host.Warnings);
    }

    [Fact]
    public async Task Production_AllowAnonymous_IsOpenByAnyName()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync("Production", map: app => app.MapMprpcExplorer().AllowAnonymous());

        using HttpResponseMessage page = await host.SendAsync("", body: null, ("Host", "rpc.example.org"));
        using HttpResponseMessage call = await host.SendAsync("api/call", Sum, ("Host", "rpc.example.org"));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith("""{"result":3,""", await call.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.Empty(host.Warnings);
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("app.localhost:5000", HttpStatusCode.OK)]
    [InlineData("192.0.2.7", HttpStatusCode.OK)]
    [InlineData("[::1]:5000", HttpStatusCode.OK)]
    [InlineData("rebound.example.org", HttpStatusCode.Forbidden)]
    [InlineData("localhost.example.org", HttpStatusCode.Forbidden)]
    public async Task Development_NameOfAnotherHost_IsRefused(string name, HttpStatusCode status)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using HttpResponseMessage page = await host.SendAsync("", body: null, ("Host", name));
        using HttpResponseMessage call = await host.SendAsync("api/call", Sum, ("Host", name));

        Assert.Equal(status, page.StatusCode);
        Assert.Equal(status, call.StatusCode);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Origin", "http://evil.example.org", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", null, HttpStatusCode.OK)]
    [InlineData("X-Mprpc-Explorer", null, HttpStatusCode.Forbidden)]
    public async Task Post_OfAnotherPage_IsRefusedAndCallsNothing(string header, string? value, HttpStatusCode status)
    {
        int calls = 0;
        await using ExplorerHost host = await ExplorerHost.StartAsync(configure: builder => builder.Services.AddMprpc().AddFilter((call, next) =>
        {
            calls++;
            return next(call);
        }));

        using HttpResponseMessage response = await host.SendAsync("api/call", Sum, (header, value));
        string text = await response.Content.ReadAsStringAsync().InTime();

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, calls);
        Assert.StartsWith(status == HttpStatusCode.OK ? """{"result":3,""" : """{"error":{"message":"The request """, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/description")]
    [InlineData("api/live")]
    public async Task Data_AskedForByAnotherPage_IsRefused(string path)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();

        using HttpResponseMessage response = await host.SendAsync(path, body: null, ("Sec-Fetch-Site", "cross-site"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Response_OfAnyKind_HasTheHeaders(string environment)
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(environment);

        foreach ((string path, string? body) in Requests.Select(request => request.Data))
        {
            using HttpResponseMessage response = await host.SendAsync(path, body);

            Assert.Equal([Policy], response.Headers.GetValues("Content-Security-Policy"));
            Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
            Assert.Equal(["same-origin"], response.Headers.GetValues("Cross-Origin-Resource-Policy"));
            Assert.Equal(path.StartsWith("api", StringComparison.Ordinal) && environment == "Development", response.Headers.CacheControl?.NoStore == true);
        }
    }

    [Fact]
    public async Task Page_WithoutASlash_RedirectsRelatively()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync(map: app =>
        {
            app.UsePathBase("/behind");
            app.UseRouting();
            app.MapMprpcExplorer();
        });

        using HttpResponseMessage first = await host.SendAsync("../behind/mprpc?x=1");
        using HttpResponseMessage page = await host.SendAsync("../behind/mprpc/");

        Assert.Equal("mprpc/?x=1", first.Headers.Location?.OriginalString);
        Assert.Contains("src=\"main.js\"", await page.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_KnownToTheBrowser_IsNotSentAgain()
    {
        await using ExplorerHost host = await ExplorerHost.StartAsync();
        using HttpResponseMessage first = await host.SendAsync("main.js");

        using HttpResponseMessage second = await host.SendAsync("main.js", body: null, ("If-None-Match", first.Headers.ETag!.ToString()));

        Assert.Equal("text/javascript", first.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public void Map_WithoutTheServer_TellsTheRemedy()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapMprpcExplorer());

        Assert.Contains("builder.Services.AddMprpc()", exception.Message, StringComparison.Ordinal);
    }
}
