namespace Mprpc.Client.Tests;

/// <summary>What a client does with what servers send (docs/protocol.md 5.2). C23 is held where the numbers can be set: in the protocol's tests.</summary>
public sealed class ConformanceTests
{
    /// <summary>What the server sends for the call with msgid i, and the result as it reaches the caller.</summary>
    public static TheoryData<string, string, string> Results => new()
    {
        { "C1", "94 01 {i} c0 03", "03" },
        { "C8, an answer to an unknown msgid first", "94 01 cd7777 c0 07 94 01 {i} c0 03", "03" },
        { "C9, mprpc's Invalid protocol first", "94 01 ff b0 496e76616c69642070726f746f636f6c c0 94 01 {i} c0 03", "03" },
        { "C9b, a msgid beyond 32 bits first", "94 01 cfffffffffffffffff b0 496e76616c69642070726f746f636f6c c0 94 01 {i} c0 03", "03" },
        { "C10, a notification first", "93 02 a4 70696e67 90 94 01 {i} c0 03", "03" },
        { "C11, a request first", "94 00 05 a4 70696e67 90 94 01 {i} c0 03", "03" },
        { "C12, msgid and type in long forms", "94 cc01 {i32} c0 cc03", "cc03" },
        { "C13, array16", "dc0004 01 {i} c0 03", "03" },
        { "array32", "dd00000004 01 {i} c0 03", "03" },
        { "C17, answered twice", "94 01 {i} c0 03 94 01 {i} c0 04", "03" },
        { "C21, text that is no UTF-8", "94 01 {i} c0 a3ff0080", "a3ff0080" },
        { "C22, the largest integer", "94 01 {i} c0 cfffffffffffffffff", "cfffffffffffffffff" },
        { "nil", "94 01 {i} c0 c0", "c0" },
        { "an ext", "94 01 {i} c0 d40105", "d40105" },
        { "nested", "94 01 {i} c0 82a16192c0c3a162c703050102 03", "82a16192c0c3a162c70305010203" },
    };

    /// <summary>What the server sends, and the error's message, code and data as the caller sees them.</summary>
    public static TheoryData<string, string, string, string?> Errors => new()
    {
        { "C2, empty text", "94 01 {i} a0 c0", "The peer answered with an error that has no message.", null },
        { "text", "94 01 {i} a4626f6f6d c0", "boom", null },
        { "C3, a number", "94 01 {i} 01 c0", "The peer answered with error 1.", "1" },
        { "C4, false", "94 01 {i} c2 c0", "The peer answered with an error that has no message.", null },
        { "zero", "94 01 {i} 00 c0", "The peer answered with error 0.", "0" },
        { "an empty array", "94 01 {i} 90 c0", "The peer answered with an error that has no message.", null },
        { "C5, neovim's", "94 01 {i} 9200a36d7367 c0", "msg", "0" },
        { "C6, a map", "94 01 {i} 81a4636f646507 c0", "The peer answered with error 7.", "7" },
        { "C7, java's", "94 01 {i} ab52656d6f74654572726f72 91a4626f6f6d", "boom", "RemoteError" },
    };

    [Theory]
    [MemberData(nameof(Results))]
    public async Task Answer_Whole_CompletesTheCall(string name, string answer, string result)
        => await EachCutAsync(answer, piece: int.MaxValue, async call => Assert.True(result == Hex.Of((await call).Memory.Span), name));

    [Theory]
    [MemberData(nameof(Results))]
    public async Task Answer_ByteByByte_CompletesTheCall(string name, string answer, string result)
        => await EachCutAsync(answer, piece: 1, async call => Assert.True(result == Hex.Of((await call).Memory.Span), name));

    [Theory]
    [MemberData(nameof(Results))]
    public async Task Answer_CutInTwoAtEachPlace_CompletesTheCall(string name, string answer, string result)
        => await EachCutAsync(answer, piece: 0, async call => Assert.True(result == Hex.Of((await call).Memory.Span), name));

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Error_Whole_FailsTheCall(string name, string answer, string message, string? code)
        => await EachCutAsync(answer, piece: int.MaxValue, call => AssertFailsAsync(call, name, message, code));

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Error_ByteByByte_FailsTheCall(string name, string answer, string message, string? code)
        => await EachCutAsync(answer, piece: 1, call => AssertFailsAsync(call, name, message, code));

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task Error_CutInTwoAtEachPlace_FailsTheCall(string name, string answer, string message, string? code)
        => await EachCutAsync(answer, piece: 0, call => AssertFailsAsync(call, name, message, code));

    [Theory]
    [InlineData("C14, nothing", "")]
    [InlineData("C15, half an answer", "94 01 {i}")]
    [InlineData("all but the last byte", "94 01 {i} c0 93 01 02")]
    public async Task EndInsteadOfAnAnswer_FinOrReset_FailsTheCallAtOnceAndTheNextDialsAgain(string name, string answer)
    {
        foreach (bool isReset in new[] { false, true })
        {
            using var server = new ScriptedServer();
            await using var client = new MprpcClient(server.Url);
            Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
            using ScriptedConnection connection = await server.AcceptAsync();
            string request = await connection.ReadAsync();

            await connection.SendAsync(Fill(answer, request));

            if (isReset)
            {
                connection.Reset();
            }
            else
            {
                connection.Finish();
            }

            var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(ScriptedServer.Deadline));
            Assert.True(exception.RequestWasSent, name);
            Task<int> next = client.CallAsync<int>("sum", 1, 2).AsTask();
            await (await server.AcceptAsync()).AnswerAsync("c003");
            Assert.Equal(3, await next.WaitAsync(ScriptedServer.Deadline));
        }
    }

    [Fact]
    public async Task C11_RequestOfTheServer_IsAnsweredWithAnError()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();

        await connection.SendAsync("94 00 05 a4 70696e67 90");
        string answer = await connection.ReadAsync();

        Assert.StartsWith("940105", answer, StringComparison.Ordinal);
        Assert.EndsWith("c0", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("940105c0", answer, StringComparison.Ordinal);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task C16_AnswerThenEnd_GivesTheResultAndTheNextCallDialsAgain()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);

        for (int i = 0; i < 3; i++)
        {
            Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
            using ScriptedConnection connection = await server.AcceptAsync();
            await connection.AnswerAsync("c003");
            connection.Finish();
            Assert.Equal(3, await call.WaitAsync(ScriptedServer.Deadline));
            await connection.WaitForEndAsync();
        }
    }

    [Fact]
    public async Task C18_AnswersReversed_EachReachesItsCaller()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        ScriptedConnection connection = await server.AcceptAsync();
        List<string> requests = [await connection.ReadAsync(), await connection.ReadAsync(), await connection.ReadAsync()];

        await connection.SendAsync(string.Concat(Enumerable.Reverse(requests).Select(request => Hex.Answer(request, "c0" + request[^2..]))));

        Assert.Equal([0, 1, 2], await AllAsync(calls));
    }

    [Fact]
    public async Task C19_OneInFlight_SendsARequestOnlyAfterTheAnswerToTheLast()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1 });
        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < 3; i++)
        {
            string request = await connection.ReadAsync();
            Assert.True(await connection.IsSilentAsync());
            await connection.SendAsync(Hex.Answer(request, "c0" + request[^2..]));
        }

        Assert.Equal([0, 1, 2], await AllAsync(calls));
    }

    [Theory]
    [InlineData("C24", "c1")]
    [InlineData("no array", "07")]
    [InlineData("an empty array", "90")]
    [InlineData("an unknown type", "94 03 00 c0 03")]
    [InlineData("five elements", "95 01 00 c0 03 c0")]
    [InlineData("msgid nil", "94 01 c0 c0 03")]
    [InlineData("msgid float", "94 01 cb3ff0000000000000 c0 03")]
    [InlineData("too large", "94 01 00 c0 c67fffffff")]
    [InlineData(
        "too deep",
        "91919191919191919191919191919191 91919191919191919191919191919191 91919191919191919191919191919191 91919191919191919191919191919191 91")]
    public async Task ProtocolBroken_AllPendingCallsFailAndTheNextDialsAgain(string name, string bytes)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        Task<int>[] calls = [.. Enumerable.Range(0, 10).Select(i => client.CallAsync<int>("echo", i).AsTask())];
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < calls.Length; i++)
        {
            await connection.ReadAsync();
        }

        await connection.SendAsync(bytes);

        foreach (Task<int> call in calls)
        {
            var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(ScriptedServer.Deadline));
            Assert.True(exception.InnerException is MprpcProtocolException, name);
            Assert.True(exception.RequestWasSent);
        }

        await connection.WaitForEndAsync();
        Task<int> next = client.CallAsync<int>("sum", 1, 2).AsTask();
        await (await server.AcceptAsync()).AnswerAsync("c003");
        Assert.Equal(3, await next.WaitAsync(ScriptedServer.Deadline));
    }

    [Fact]
    public async Task C25_OldSpec_WritesMethodAndArgumentAsRaw16()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { OldSpec = true });
        string text = new('x', 40);
        string raw = "da0028" + string.Concat(Enumerable.Repeat("78", 40));

        Task call = client.CallAsync(text, text, new byte[] { 1, 2 }).AsTask();
        string request = await (await server.AcceptAsync()).AnswerAsync("c0c0");
        await call.WaitAsync(ScriptedServer.Deadline);

        Assert.Equal($"940000{raw}92{raw}a20102", request);
    }

    private static async Task AssertFailsAsync(Task<MprpcRaw> call, string name, string message, string? code)
    {
        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => call);
        Assert.True(message == exception.Message, $"{name}: {exception.Message}");
        Assert.Equal(code, exception.Code);
        Assert.Equal("sum", exception.Method);
    }

    /// <summary>Calls and answers: in pieces of a length, or (0) once for each place to cut in two. Then the connection still serves another call.</summary>
    private static async Task EachCutAsync(string answer, int piece, Func<Task<MprpcRaw>, Task> assert)
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = await MprpcClient.ConnectAsync(server.Url);
        ScriptedConnection connection = await server.AcceptAsync();
        connection.Socket.NoDelay = true;
        int rounds = 1;

        for (int round = 0; round < rounds; round++)
        {
            Task<MprpcRaw> call = client.CallAsync<MprpcRaw>("sum", 1, 2).AsTask();
            string request = await ReadRequestAsync(connection);
            byte[] bytes = Hex.Bytes(Fill(answer, request));
            rounds = piece == 0 ? bytes.Length - 1 : 1;
            int length = piece == 0 ? round + 1 : piece;

            for (int position = 0; position < bytes.Length;)
            {
                int next = piece == 0 && position != 0 ? bytes.Length : (int)Math.Min((long)position + length, bytes.Length);
                await connection.SendAsync(bytes.AsMemory(position, next - position));
                await Task.Yield();
                position = next;
            }

            await assert(call.WaitAsync(ScriptedServer.Deadline));
        }

        Task<int> after = client.CallAsync<int>("sum", 1, 2).AsTask();
        await connection.SendAsync(Hex.Answer(await ReadRequestAsync(connection), "c003"));
        Assert.Equal(3, await after.WaitAsync(ScriptedServer.Deadline));
    }

    /// <summary>The next request; the client's answers to requests of the server's are read over.</summary>
    private static async Task<string> ReadRequestAsync(ScriptedConnection connection)
    {
        string message;

        do
        {
            message = await connection.ReadAsync();
        }
        while (message.StartsWith("9401", StringComparison.Ordinal));

        return message;
    }

    private static string Fill(string answer, string request)
    {
        int id = Hex.IdOf(request);
        return answer.Replace("{i32}", $"ce{id:x8}", StringComparison.Ordinal).Replace("{i}", Hex.Id(id), StringComparison.Ordinal);
    }

    private static async Task<List<int>> AllAsync(Task<int>[] calls) => [.. await Task.WhenAll(calls).WaitAsync(ScriptedServer.Deadline)];
}
