using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Conformance.Server;
using Mprpc.Interop.Tests.Conformance;

namespace Mprpc.Interop.Tests.Peers;

/// <summary>Each message of the extensions, sent by plain Python: a socket and msgpack (tests/peers/python/extensions.py).</summary>
public sealed class PythonExtensionTests(ConformanceServer server)
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Python_SendsEachExtension_IsAnsweredAsTheSpecificationSays()
    {
        await RequireAsync();
        Uri endpoint = server.EndpointOf(Profile.Default);
        await using ChildProcess python = ChildProcess.Start(Python, [Repository.PathOf("tests/peers/python/extensions.py"), endpoint.Host,
            $"{endpoint.Port}"]);

        await python.WaitForExitAsync(Bounded.Time);

        Assert.True(python.ExitCode == 0, python.Errors);
        Dictionary<string, JsonArray> answers = AnswersOf(python);
        Check(answers["hello"],
            """[1,0,null,[1,{"calls":1000,"errors":"map","feed":[64,16384],"meta":8192,"ping":true,"size":4194304,"streams":100}]]""",
            """[1,1,{"message":"boom"},null]""",
            """[1,2,{"code":"invalid_params","message":"This connection has said '$/hello' before; what was said first counts."},null]""");
        Check(answers["hello_wrong"],
            """[1,0,"Param 1 ('version') of method '$/hello' must be an integer of 1 or more.",null]""",
            """[1,1,"Param 1 ('version') of method '$/hello' must be an integer of 1 or more.",null]""");
        Check(answers["call"],
            "[1,1,null,3]", "[1,2,null,7]", "[1,3,null,11]", """[1,4,"Method 'nope' not found.",null]""");
        Check(answers["call_wrong"],
            """[1,1,"Method '$/call' takes 3 params: [options, method, params]; it has 2.",null]""",
            """[1,2,"Param 1 ('options') of method '$/call' must be a map or nil.",null]""",
            """[1,3,"Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more.",null]""",
            """[1,4,"Method '$/ping' not found.",null]""");
        Check(answers["timeout"],
            """[1,1,"timeout: Method 'wait' took longer than 0.05 s, the time that the caller gave it.",null]""",
            """[1,2,"timeout: The 0 ms that the caller gave the call were over before it began.",null]""",
            "[1,3,null,3]");
        Check(answers["cancel"],
            """[1,5,"cancelled: The call was cancelled.",null]""",
            """[1,6,"cancelled: The call was cancelled.",null]""",
            "[1,7,null,3]");
        Check(answers["metadata"],
            """[1,1,null,{"tenant":"x","traceparent":"00ff"}]""",
            """[1,2,"Option 'meta' of method '$/call' may have 8,192 bytes of keys and values; it has 9,003, most of them in 'big'.",null]""",
            """[1,3,"Key 'Upper' in option 'meta' of method '$/call' is not allowed: a key is text of 1 to 64 characters of """
                + """a-z, 0-9, '.', '_' and '-'.",null]""",
            """[1,4,"The value of 'n' in option 'meta' of method '$/call' must be text or binary.",null]""",
            "[1,5,null,{}]");
        Check(answers["streams"],
            "[1,1,null,[0,1,2]]",
            "[1,2,null,6]",
            "[1,3,null,0]",
            "[1,4,null,[2,4,6]]",
            """[1,5,"boom",null]""",
            """[1,6,"too_large: The result of 'count' is a stream, and one that goes to a peer without the protocol's extensions is collected """
                + """into an array: it has more than 10,000 items. Say '$/hello' and give credit, ask for less, or raise """
                + """MprpcServerOptions.Limits.MaxPlainStreamItems.",null]""");
        Check(answers["streamed"],
            """[2,"$/item",[7,[0,1]]]""",
            """[2,"$/item",[7,[2]]]""",
            "[1,7,null,null]",
            """[2,"$/credit",[-1,64,16384]]""",
            "[1,8,null,6]");
        Check(answers["ping"], "[1,10,null,null]", "[1,12,null,null]", "[1,11,null,null]");
    }

    [Fact]
    public async Task Python_InspectsAServerThatThenStops_IsAnsweredAndAskedToGo()
    {
        await RequireAsync();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.Services.AddSingleton<ConformanceService>();
        builder.Services.AddMprpc();
        await using WebApplication app = builder.Build();
        app.MapMprpcService<ConformanceService>("tcp://127.0.0.1:0").WithEndpoint(options => options.Inspect = MprpcInspect.Everyone);
        await app.StartAsync().InTime();
        var endpoint = (IPEndPoint)app.Services.GetRequiredService<IMprpcServer>().Endpoints[0];
        await using ChildProcess python = ChildProcess.Start(
            Python,
            [Repository.PathOf("tests/peers/python/extensions.py"), $"{endpoint.Address}", $"{endpoint.Port}", "inspect", "goaway"],
            expectedLine: "ready");

        await python.WaitForLineAsync();
        await app.StopAsync().InTime();
        await python.WaitForExitAsync(Bounded.Time);

        Assert.True(python.ExitCode == 0, python.Errors);
        Dictionary<string, JsonArray> answers = AnswersOf(python);
        Check(answers["inspect"],
            """[1,1,null,{"functions":[{"name":"sum","notify":false,"parameters":[["int32","x"],["int32","y"]],"required":2,"""
                + """ "return_type":"int32","stream":false}],"protocol":1,"types":{}}]""",
            """[1,2,"Param 1 ('prefix') of method '$/inspect' must be string.",null]""");
        Check(answers["goaway"],
            """[2,"$/goaway",[5000,"stopping"]]""",
            "[1,1,null,3]",
            """[1,2,"goaway: The server is stopping.",null]""");
    }

    private static Dictionary<string, JsonArray> AnswersOf(ChildProcess python)
        => python.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonNode.Parse(line)!)
            .ToDictionary(node => (string)node["case"]!, node => node["messages"]!.AsArray());

    private static void Check(JsonArray actual, params string[] expected)
        => Assert.Equal(expected.Select(text => JsonNode.Parse(text)!.ToJsonString()), actual.Select(node => node!.ToJsonString()));

    private static async Task RequireAsync()
    {
        Requirement.IsMet(File.Exists(Python), "python3 is not installed.");
        await using ChildProcess check = ChildProcess.Start(Python, ["-c", "import msgpack"]);
        await check.WaitForExitAsync(Bounded.Time);
        Requirement.IsMet(check.ExitCode == 0, "msgpack for Python is not installed; it comes with the package python3-msgpack.");
    }
}
