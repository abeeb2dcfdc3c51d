using System.Text.Json.Nodes;
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
        Dictionary<string, JsonArray> answers = python.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!)
            .ToDictionary(node => (string)node["case"]!, node => node["messages"]!.AsArray());
        Check(answers["hello"],
            """[1,0,null,[1,{"calls":1000,"errors":"map","meta":8192,"ping":true,"size":4194304}]]""",
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
        Check(answers["ping"], "[1,10,null,null]", "[1,12,null,null]", "[1,11,null,null]");
    }

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
