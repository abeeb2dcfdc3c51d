using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.Client.Sending;

namespace Mprpc.Client.Tests;

/// <summary>Which way the calls of a client go is chosen once, by its options.</summary>
public sealed class CallSenderTests
{
    [Fact]
    public void Create_OptionsWithoutLimit_SendsDirectly()
        => Assert.NotNull(Assert.IsType<RepeatingSender>(Create(new MprpcClientOptions())).Direct);

    [Fact]
    public void Create_SeveralServers_KeepsEachCallUntilItIsAnswered()
        => Assert.Null(Assert.IsType<RepeatingSender>(Create(new MprpcClientOptions { Servers = MprpcServerSource.Fixed("tcp://a:1") })).Direct);

    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, 1)]
    public void Create_LimitedCalls_SendsWhenThereIsAPlace(int inFlight, int calls)
        => Assert.Null(Assert.IsType<RepeatingSender>(
            Create(new MprpcClientOptions { MaxInFlightPerConnection = inFlight, MaxCallsPerConnection = calls })).Direct);

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Create_TokenProvider_SendsAgainAfterANewLogin(int inFlight)
    {
        var options = new MprpcClientOptions
        {
            MaxInFlightPerConnection = inFlight,
            TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "")),
        };

        CallSender sender = Create(options);

        Assert.IsType<LoginSender>(sender);
    }

    [Fact]
    public void Create_Filter_StandsAroundTheSenderThatThereWouldBe()
    {
        CallSender sender = Create(new MprpcClientOptions { MaxInFlightPerConnection = 1 }.AddFilter((call, next) => next(call)));

        Assert.IsType<RepeatingSender>(Assert.IsType<FilteredSender>(sender).Sender);
    }

    private static CallSender Create(MprpcClientOptions options)
    {
        var dialer = new TestDialer((_, _) => throw new MprpcConnectionException("Nobody connects."));
        var parts = new ClientParts(dialer, options.Freeze(), () => { }, CancellationToken.None);
        return Assert.IsType<ObservedSender>(CallSenders.Create(parts, new ConnectionPool(parts))).Sender;      // around all: a call is measured once
    }
}
