namespace Mprpc.Client.Tests;

/// <summary>Notifications with metadata, [2, "$/call", [options, method, params]]: docs/protocol.md 10.6; against a server that the test plays.</summary>
public sealed class NotificationMetadataTests
{
    // [1, {"meta": 8192, "ping": true}]
    private const string Offer = "c09201 82a46d657461cd2000a470696e67c3";

    // [2, "$/call", [{"meta": {"tenant": "x"}}, "add", [
    private const string Told = "9302a6242f63616c6c9381a46d65746181a674656e616e74a178a361646491";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task WhenUsed_FirstUse_MakesANewConnectionThatAsks()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        await client.NotifyAsync("add", 1).AsTask().WaitAsync(Deadline);
        ScriptedConnection first = await server.AcceptAsync(isPlain: false);

        Task told = client.NotifyAsync("add", Tenant(), 2).AsTask();
        Task after = client.NotifyAsync("add", 3).AsTask();
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        string hello = await second.AnswerAsync(Offer);
        await Task.WhenAll(told, after).WaitAsync(Deadline);

        Assert.Equal("9302a36164649101", await first.ReadAsync());
        Assert.True(Hex.IsHello(hello));
        Assert.Equal([Told + "02", "9302a36164649103"], [await second.ReadAsync(), await second.ReadAsync()]);
        await first.WaitForEndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhenUsed_FirstUseWhileAConnectionLogsIn_GetsAnotherThatAsks(bool isCall)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions
        {
            TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "tok")),
        });
        Task<int> plain = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection first = await server.AcceptAsync(isPlain: false);
        string login = await first.ReadAsync();

        Task told = isCall ? client.CallAsync<int>("add", Tenant(), 1).AsTask() : client.NotifyAsync("add", Tenant(), 1).AsTask();
        await first.SendAsync(Hex.Answer(login, "c0c0"));
        ScriptedConnection second = await server.AcceptAsync(isPlain: false);
        string hello = await second.AnswerAsync(Offer);
        await second.AnswerAsync("c0c0");       // the login
        List<string> received = [await second.ReadAsync(), await second.ReadAsync()];

        foreach (string request in received.Where(message => message.StartsWith("9400", StringComparison.Ordinal)))
        {
            await second.SendAsync(Hex.Answer(request, "c003"));
        }

        Assert.True(Hex.IsHello(hello));
        Assert.Contains(received, message => message.EndsWith("81a674656e616e74a178a36164649101", StringComparison.Ordinal));
        Assert.Equal(3, await plain.WaitAsync(Deadline));
        await told.WaitAsync(Deadline);
        await first.WaitForEndAsync();
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed, int.MaxValue)]
    [InlineData(MprpcExtensions.WhenUsed, 1)]
    [InlineData(MprpcExtensions.Always, int.MaxValue)]
    [InlineData(MprpcExtensions.Always, 1)]
    public async Task Order_BeforeAndAfterItIsConnected_IsThatOfTheThread(MprpcExtensions mode, int maxInFlight)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = mode, MaxInFlightPerConnection = maxInFlight });
        INumbers plain = client.As<INumbers>();
        INumbers told = plain.With(Tenant());
        List<Task> awaited = [];

        told.Add(0);
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        plain.Add(1);
        awaited.Add(client.NotifyAsync("add", Tenant(), 2).AsTask());
        awaited.Add(client.NotifyAsync("add", 3).AsTask());
        await connection.AnswerAsync(Offer);
        told.Add(4);
        plain.Add(5);
        awaited.Add(client.NotifyAsync("add", Tenant(), 6).AsTask());
        await Task.WhenAll(awaited).WaitAsync(Deadline);

        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(i % 2 == 0 ? $"{Told}{i:x2}" : $"9302a361646491{i:x2}", await connection.ReadAsync());
        }
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Server_DoesNotKnowThem_ThrowsAndSendsOnlyWhatHasNone(MprpcExtensions mode)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = mode });
        INumbers told = client.As<INumbers>().With(Tenant());

        Task waiting = client.NotifyAsync("add", Tenant(), 1).AsTask();
        Task plain = client.NotifyAsync("add", 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        Task<string> first = connection.ReadAsync();        // refuses the hello
        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => waiting.WaitAsync(Deadline));
        await plain.WaitAsync(Deadline);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.NotifyAsync("add", Tenant(), 3).AsTask().WaitAsync(Deadline));
        Assert.Throws<NotSupportedException>(() => told.Add(4));
        await client.NotifyAsync("add", 5).AsTask().WaitAsync(Deadline);

        Assert.Contains("notification of 'add'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("tenant", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["9302a36164649102", "9302a36164649105"], [await first.WaitAsync(Deadline), await connection.ReadAsync()]);
    }

    [Fact]
    public async Task Never_WithMetadata_ThrowsAtOnceAndDoesNotEvenConnect()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Never });
        INumbers told = client.As<INumbers>().With(Tenant());

        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => client.NotifyAsync("add", Tenant(), 1).AsTask().WaitAsync(Deadline));
        Assert.Throws<NotSupportedException>(() => told.Add(1));

        Assert.Contains("MprpcClientOptions.Extensions", exception.Message, StringComparison.Ordinal);
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Always_TimeoutAloneOrEmptyMetadata_IsThePlainNotification()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Always });

        Task first = client.NotifyAsync("add", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(20) }, 1).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(Offer);
        await first.WaitAsync(Deadline);
        await client.NotifyAsync("add", new MprpcCallOptions { Metadata = new MprpcMetadata() }, 2).AsTask().WaitAsync(Deadline);
        await client.NotifyAsync("add", Tenant() with { Timeout = TimeSpan.FromSeconds(20) }, 3).AsTask().WaitAsync(Deadline);

        Assert.Equal(
            ["9302a36164649101", "9302a36164649102", Told + "03"],
            [await connection.ReadAsync(), await connection.ReadAsync(), await connection.ReadAsync()]);
    }

    [Fact]
    public async Task Always_MoreMetadataThanTheServerTakes_ThrowsAndKeepsTheConnection()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Always });
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = new string('x', 100) } };

        Task told = client.NotifyAsync("add", options, 1).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync("c09201 81a46d65746110");      // 16 bytes
        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => told.WaitAsync(Deadline));
        await client.NotifyAsync("add", Tenant(), 2).AsTask().WaitAsync(Deadline);

        Assert.Contains("takes 16", exception.Message, StringComparison.Ordinal);
        Assert.Equal(Told + "02", await connection.ReadAsync());
    }

    [Fact]
    public async Task Always_LargerThanTheServerTakesWithItsMetadata_FailsHereAlone()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Always });

        Task large = client.NotifyAsync("add", Tenant(), new byte[1000]).AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync("c09201 82a46d657461cd2000a473697a65cd0400");      // 1,024 bytes
        await Assert.ThrowsAsync<MessagePack.MessagePackSerializationException>(() => large.WaitAsync(Deadline));
        await client.NotifyAsync("add", Tenant(), 2).AsTask().WaitAsync(Deadline);

        Assert.Equal(Told + "02", await connection.ReadAsync());
    }

    [Fact]
    public async Task Always_ThatNobodyWaitsFor_AreBoundedWithTheirMetadata()
    {
        const int Size = 8000;
        const int Fit = 4 * 1024 * 1024 / Size;
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Always });
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { ["x"] = new string('x', Size) } };
        INumbers told = client.As<INumbers>().With(options);

        for (int i = 0; i < 2 * Fit; i++)
        {
            told.Add(1);
        }

        Task last = client.NotifyAsync("last").AsTask();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(Offer);
        int received = 0;

        while (await connection.ReadAsync() != "9302a46c61737490")
        {
            received++;
        }

        Assert.InRange(received, Fit - 10, Fit);
        await last.WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(MprpcNamingPolicy.SnakeCase, "a3616464")]
    [InlineData(MprpcNamingPolicy.AsDeclared, "a3416464")]
    public async Task Always_FiltersAndPolicy_SeeAndSendIt(MprpcNamingPolicy policy, string name)
    {
        using var server = new ScriptedServer();
        MprpcMetadata? seen = null;
        var clientOptions = new MprpcClientOptions { Extensions = MprpcExtensions.Always, NamingPolicy = policy };
        clientOptions.AddFilter((call, next) =>
        {
            seen = call.Options.Metadata;
            call.Options = call.Options with { Metadata = new MprpcMetadata { ["tenant"] = "x" } };
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, clientOptions);
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { ["own"] = "y" } };

        client.As<INumbers>().With(options).Add(1);
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(Offer);

        Assert.Equal(Told.Replace("a3616464", name, StringComparison.Ordinal) + "01", await connection.ReadAsync());
        Assert.Equal("y", seen?.GetString("own"));
    }

    private static MprpcCallOptions Tenant() => new() { Metadata = new MprpcMetadata { ["tenant"] = "x" } };

    [MprpcService]
    public interface INumbers
    {
        void Add(int number);
    }
}
