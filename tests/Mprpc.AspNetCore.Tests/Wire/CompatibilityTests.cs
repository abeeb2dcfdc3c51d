namespace Mprpc.AspNetCore.Tests.Wire;

/// <summary>The cases that need an option of the listener: MprpcEndpointOptions.ErrorShape and OldSpec (docs/protocol.md 3.3, 7.5).</summary>
public sealed class CompatibilityTests
{
    private const string Boom = "94 00 09 a4626f6f6d 90";
    private const string NoSuch = "94 00 09 a66e6f73756368 91 01";
    private const string TooFew = "94 00 09 a373756d 91 01";
    private const string Forty = "78787878787878787878787878787878787878787878787878787878787878787878787878787878";

    [Theory]
    [InlineData("S26 failure", Boom, "94 01 09 92 00 \"boom\" c0")]
    [InlineData("S26 unknown method", NoSuch, "94 01 09 92 01 \"Method 'nosuch' not found.\" c0")]
    [InlineData("S26 wrong params", TooFew, "94 01 09 92 01 ERROR c0")]
    public Task ErrorShape_CodeAndMessage_AnswersAsNeovim(string name, string request, string expected)
        => DriveAsync(name, options => options.ErrorShape = MprpcErrorShape.CodeAndMessage, request, expected);

    [Theory]
    [InlineData("S27 unknown method", NoSuch, "94 01 09 \".CallError.NoMethodError\" 91 \"Method 'nosuch' not found.\"")]
    [InlineData("S27 wrong params", TooFew, "94 01 09 \".CallError.ArgumentError\" 91 ERROR")]
    [InlineData("S27 failure", Boom, "94 01 09 \"RemoteError\" 91 \"boom\"")]
    [InlineData("S27 failure with a code", "94 00 09 ae6661696c5f776974685f636f6465 90", "94 01 09 \"too_big\" 91 \"It is too big.\"")]
    public Task ErrorShape_CodeWithMessageAsResult_AnswersAsRubyAndJava(string name, string request, string expected)
        => DriveAsync(name, options => options.ErrorShape = MprpcErrorShape.CodeWithMessageAsResult, request, expected);

    [Theory]
    [InlineData("S28 unknown method", NoSuch, "94 01 09 01 c0")]
    [InlineData("S28 wrong params", TooFew, "94 01 09 02 c0")]
    [InlineData("S28 failure", Boom, "94 01 09 \"boom\" c0")]
    public Task ErrorShape_Number_AnswersAsJubatus(string name, string request, string expected)
        => DriveAsync(name, options => options.ErrorShape = MprpcErrorShape.Number, request, expected);

    [Theory]
    [InlineData("S33 text of 40 characters, decoded", "94 00 01 ab6563686f5f6f626a656374 91 d928 " + Forty, "94 01 01 c0 da0028 " + Forty)]
    [InlineData("S34 bytes", "94 00 01 aa6563686f5f6279746573 91 c403ff0080", "94 01 01 c0 a3ff0080")]
    [InlineData("S34 bytes, as object", "94 00 01 ab6563686f5f6f626a656374 91 c403ff0080", "94 01 01 c0 a3ff0080")]
    [InlineData("S38 error of 40 characters", "94 00 09 ae6661696c5f61745f6c656e677468 90", "94 01 09 da0028 " + Forty + " c0")]
    public Task OldSpec_TextAndBytes_AreWrittenAsRaw(string name, string request, string expected)
        => DriveAsync(name, options => options.OldSpec = true, request, expected);

    private static async Task DriveAsync(string name, Action<MprpcEndpointOptions> configure, string request, string expected)
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options =>
        {
            options.MapService<VectorService>().MapService<Failing>();
            configure(options);
        });
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);

        await peer.SendAsync(request);
        string answer = await peer.ReadMessageAsync();

        Assert.NotEmpty(name);
        MessagePattern.AssertMatches(expected, answer);
        await peer.AssertOpenAsync();
    }

    private sealed class Failing
    {
        public void FailWithCode() => throw new MprpcException("It is too big.", "too_big");

        public void FailAtLength() => throw new MprpcException(new string('x', 40));
    }
}
