using MessagePack;
using MessagePack.Resolvers;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>
/// What nests deeper than may be sent fails alone: every kind of value that can, in every place of a message. A neighbour is in flight meanwhile.
/// </summary>
public sealed class SentDepthTests
{
    private const int ErrorDataNotWritten = 23;
    private const int Allowed = 64;
    private const int Levels = 70;

    // The message and its params, or the message alone.
    private const string CallHas = "72 levels";
    private const string AnswerHas = "71 levels";

    public static TheoryData<string> Kinds => [.. DeepValues.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_CallWithADeepArgument_FailsAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("take", DeepValues.Of(kind, Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_ArgumentAsDeepAsMayBe_Arrives(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        await pair.Client.CallAsync("take", DeepValues.Of(kind, Allowed - 2)).InTime();
        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync("take", DeepValues.Of(kind, Allowed - 1)).InTime());

        await pair.AssertAloneAsync(failure, $"{Allowed + 1} levels", "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_NotificationWithADeepArgument_FailsAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.NotifyAsync("take", DeepValues.Of(kind, Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_CallWithADeepArgument_FailsAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.ToClient.CallAsync<MprpcRaw>("take", DeepValues.Of(kind, Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcServerOptions.Limits.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_NotificationWithADeepArgument_FailsAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.ToClient.NotifyAsync("take", DeepValues.Of(kind, Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcServerOptions.Limits.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Server_DeepResult_IsAnErrorOfItsCallAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("make", kind, Levels).InTime());

        Assert.Equal("too_large", Assert.IsType<MprpcRemoteException>(failure).Code);
        await pair.AssertAloneAsync(failure, AnswerHas, "64 may", "MprpcServerOptions.Limits.MaxSendDepth");
    }

    [Theory]
    [InlineData("make_later")]
    [InlineData("make_guarded")]
    [InlineData("make_raw")]
    [InlineData("make_links")]
    [InlineData("make_links_later")]
    [InlineData("make_by_filter")]
    public async Task Server_DeepResultOfAnyWay_IsAnErrorOfItsCallAlone(string method)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>(method, Levels).InTime());

        Assert.Equal("too_large", Assert.IsType<MprpcRemoteException>(failure).Code);
        await pair.AssertAloneAsync(failure, AnswerHas, "64 may", "MprpcServerOptions.Limits.MaxSendDepth");
    }

    [Fact]
    public async Task Server_DeepResultInOrder_IsAnErrorOfItsCallAlone()
    {
        await using CallingPair pair = await CallingPair.StartAsync(endpoint => endpoint.ResponseOrder = MprpcResponseOrder.InOrder);
        pair.Service.Release();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("make", "object", Levels).InTime());

        await pair.AssertAloneAsync(failure, AnswerHas, "64 may", "MprpcServerOptions.Limits.MaxSendDepth");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Client_DeepResultToTheServer_IsAnErrorOfItsCallAlone(string kind)
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        Exception? failure = await Record.ExceptionAsync(async () => await pair.ToClient.CallAsync<MprpcRaw>("make", kind, Levels).InTime());

        Assert.Equal("too_large", Assert.IsType<MprpcRemoteException>(failure).Code);
        await pair.AssertAloneAsync(failure, AnswerHas, "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail_later")]
    public async Task Server_DeepErrorData_IsLeftOutAndLogged(string method)
    {
        await using CallingPair pair = await CallingPair.StartAsync(endpoint => endpoint.ErrorShape = MprpcErrorShape.Map);

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => pair.Client.CallAsync(method, Levels).InTime());

        Assert.Equal(("No.", "E7", null), (failure.Message, failure.Code, failure.ErrorData));
        LogEntry entry = await pair.Host.Log.WaitForAsync(ErrorDataNotWritten);
        await pair.AssertAloneAsync(entry.Exception, "72 levels", "MaxSendDepth");
    }

    [Fact]
    public async Task Server_LargeErrorData_IsLeftOutAndLogged()
    {
        await using CallingPair pair = await CallingPair.StartAsync(endpoint => endpoint.ErrorShape = MprpcErrorShape.Map);

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => pair.Client.CallAsync("fail_large", 5_000_000, 1).InTime());

        Assert.Equal(("x", "E7", null), (failure.Message, failure.Code, failure.ErrorData));
        LogEntry entry = await pair.Host.Log.WaitForAsync(ErrorDataNotWritten);
        await pair.AssertAloneAsync(entry.Exception, "4,194,304", "MaxSendMessageSize");
    }

    [Theory]
    [InlineData(MprpcErrorShape.Map)]
    [InlineData(MprpcErrorShape.Message)]
    public async Task Server_LargeErrorMessage_IsAnErrorWithBothNumbers(MprpcErrorShape shape)
    {
        await using CallingPair pair = await CallingPair.StartAsync(endpoint => endpoint.ErrorShape = shape);

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => pair.Client.CallAsync("fail_large", 1, 5_000_000).InTime());

        Assert.Equal("too_large", failure.Code);
        await pair.AssertAloneAsync(failure, "4,194,304", "MaxSendMessageSize");
    }

    [Theory]
    [InlineData("91")]
    [InlineData("a2 61")]
    [InlineData("01 02")]
    [InlineData("c1")]
    [InlineData("df ffffffff")]
    public async Task Client_RawThatIsNotOneValue_FailsAlone(string hex)
    {
        await using CallingPair pair = await CallingPair.StartAsync();
        var raw = new MprpcRaw(Hex.Bytes(hex));

        Exception? call = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("take", raw).InTime());
        Exception? notification = await Record.ExceptionAsync(async () => await pair.Client.NotifyAsync("take", raw).InTime());

        Assert.Contains("MprpcRaw", Assert.IsType<MessagePackSerializationException>(notification).Message, StringComparison.Ordinal);
        await pair.AssertAloneAsync(call, "MprpcRaw", "not");
    }

    [Fact]
    public async Task Server_ResultThatIsNotOneValue_FailsAlone()
    {
        await using CallingPair pair = await CallingPair.StartAsync();

        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => pair.Client.CallAsync("make_broken").InTime());

        Assert.Equal("Internal error.", failure.Message);
        await pair.AssertAloneAsync(failure, "Internal", "error");
    }

    [Fact]
    public async Task Client_WithAResolverOfItsOwn_FailsAlone()
    {
        await using CallingPair pair = await CallingPair.StartAsync(
            client: options => options.Serializer = new MprpcSerializerOptions(ContractlessStandardResolver.Instance));

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("take", DeepValues.Links(Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Fact]
    public async Task Client_OfTheOldSpecification_FailsAlone()
    {
        await using CallingPair pair = await CallingPair.StartAsync(endpoint => endpoint.OldSpec = true, options => options.OldSpec = true);

        Exception? failure = await Record.ExceptionAsync(async () => await pair.Client.CallAsync<MprpcRaw>("take", DeepValues.Of("raw", Levels)).InTime());

        await pair.AssertAloneAsync(failure, CallHas, "64 may", "MprpcClientOptions.MaxSendDepth");
    }

    [Fact]
    public async Task Options_OfBothSides_SayWhatMayBeSent()
    {
        await using CallingPair pair = await CallingPair.StartAsync(
            endpoint => endpoint.ConfigureLimits(limits => (limits.MaxDepth, limits.MaxSendDepth) = (200, 100)),
            options => (options.MaxDepth, options.MaxSendDepth) = (200, 4));

        await pair.Client.CallAsync("take", [new[] { new[] { 1 } }]).InTime();
        Exception? call = await Record.ExceptionAsync(async () => await pair.Client.CallAsync("take", [new[] { new[] { new[] { 1 } } }]).InTime());
        MprpcRaw made = await pair.Client.CallAsync<MprpcRaw>("make", "object", 99).InTime();
        var answer = await Assert.ThrowsAsync<MprpcRemoteException>(() => pair.Client.CallAsync<MprpcRaw>("make", "object", 100).InTime());

        Assert.Equal(100, made.Memory.Length);
        Assert.Contains("101 levels deep; 100 may be sent", answer.Message, StringComparison.Ordinal);
        Assert.Contains("5 levels deep; 4 may be sent", call?.Message, StringComparison.Ordinal);
        await pair.AssertAloneAsync(answer, "101 levels", "MaxSendDepth");
    }
}
