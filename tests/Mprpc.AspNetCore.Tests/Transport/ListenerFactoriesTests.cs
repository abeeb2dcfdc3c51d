using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Transport;

namespace Mprpc.AspNetCore.Tests.Transport;

/// <summary>Which transport listens at an address.</summary>
public sealed class ListenerFactoriesTests
{
    private static readonly IPEndPoint s_anyPort = new(IPAddress.Loopback, 0);

    private readonly IOptions<SocketTransportOptions> _options = Options.Create(new SocketTransportOptions());

    [Fact]
    public async Task Bind_OfPlainTcp_ListensDirectly()
    {
        await using IConnectionListener listener = await Factories().BindAsync(s_anyPort, TestContext.Current.CancellationToken);

        Assert.IsType<DirectListener>(listener);
        Assert.NotEqual(0, Assert.IsType<IPEndPoint>(listener.EndPoint).Port);
    }

    [Fact]
    public async Task Bind_OfAUnixSocket_ListensDirectly()
    {
        using var folder = new TemporaryFolder();
        var address = new UnixDomainSocketEndPoint(folder.PathOf("rpc.sock"));

        await using IConnectionListener listener = await Factories().BindAsync(address, TestContext.Current.CancellationToken);

        Assert.IsType<DirectListener>(listener);
    }

    [Fact]
    public async Task Bind_OfAnAddressWithTls_IsLeftToKestrel()
    {
        var withTls = new HashSet<EndPoint>(ReferenceEqualityComparer.Instance) { s_anyPort };

        await using IConnectionListener listener = await Factories(withTls).BindAsync(s_anyPort, TestContext.Current.CancellationToken);

        Assert.IsNotType<DirectListener>(listener);
        Assert.Equal(IPAddress.Loopback, Assert.IsType<IPEndPoint>(listener.EndPoint).Address);
    }

    [Fact]
    public async Task Bind_WhereTheApplicationHasATransportOfItsOwn_IsLeftToThat()
    {
        var own = new OwnTransport(canBind: true);

        await using IConnectionListener listener = await Factories(null, own).BindAsync(s_anyPort, TestContext.Current.CancellationToken);

        Assert.IsType<OwnListener>(listener);
        Assert.Equal(s_anyPort, own.Bound);
    }

    [Fact]
    public async Task Bind_WhereTheApplicationsOwnTransportCannot_ListensDirectly()
    {
        var own = new OwnTransport(canBind: false);

        await using IConnectionListener listener = await Factories(null, own).BindAsync(s_anyPort, TestContext.Current.CancellationToken);

        Assert.IsType<DirectListener>(listener);
        Assert.Null(own.Bound);
    }

    [Fact]
    public async Task Bind_WhereSomebodyListens_SaysThatTheAddressIsInUse()
    {
        await using IConnectionListener first = await Factories().BindAsync(s_anyPort, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<AddressInUseException>(async () => await Factories().BindAsync(first.EndPoint, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Bind_WithoutAnyTransport_SaysWhatIsMissing()
    {
        var factories = new ListenerFactories([], new UnixListenerFactory(), new DirectListenerFactory(_options), new HashSet<EndPoint>());

        var exception = await Assert.ThrowsAsync<NotSupportedException>(
            async () => await factories.BindAsync(s_anyPort, TestContext.Current.CancellationToken));

        Assert.Contains("UseKestrel()", exception.Message, StringComparison.Ordinal);
    }

    private ListenerFactories Factories(IReadOnlySet<EndPoint>? withTls = null, params IConnectionListenerFactory[] registeredLater)
        => new(
            [new SocketTransportFactory(_options, NullLoggerFactory.Instance), .. registeredLater],
            new UnixListenerFactory(),
            new DirectListenerFactory(_options),
            withTls ?? new HashSet<EndPoint>());

    private sealed class OwnTransport(bool canBind) : IConnectionListenerFactory, IConnectionListenerFactorySelector
    {
        public EndPoint? Bound { get; private set; }

        public bool CanBind(EndPoint endpoint) => canBind;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            Bound = endpoint;
            return new ValueTask<IConnectionListener>(new OwnListener(endpoint));
        }
    }

    private sealed class OwnListener(EndPoint endPoint) : IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask DisposeAsync() => default;
    }
}
