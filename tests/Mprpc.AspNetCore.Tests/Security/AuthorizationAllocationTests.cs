using System.IO.Pipelines;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Connections;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Tests.Security.Kit;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>What authorization costs: nothing to calls that need none, nothing once the verdict is kept.</summary>
[Collection(nameof(AuthorizationAllocationTests))]
[CollectionDefinition(nameof(AuthorizationAllocationTests), DisableParallelization = true)]
public sealed class AuthorizationAllocationTests
{
    private const int Calls = 2000;
    private const int Rounds = 20;
    private const int AnswerLength = 5;
    private const string Sum = "94 00 01 a373756d 92 01 02";
    private const string AdminSum = "94 00 01 a9 61646d696e5f73756d 92 01 02";
    private const string Login = "94 00 01 ae 242f61757468656e746963617465 92 a5 546f6b656e b0 616c6963653b726f6c653d61646d696e";

    [Fact]
    public async Task Calls_WithAndWithoutAuthorizationInTheApplication_AllocateTheSame()
    {
        long without = await MeasureAsync<Plain>(isSecured: false, Sum);
        long needsNone = await MeasureAsync<Service>(isSecured: true, Sum);
        long kept = await MeasureAsync<Service>(isSecured: true, AdminSum);

        // A byte a call would be 2,000.
        Assert.InRange(needsNone - without, -Calls / 2, Calls / 2);
        Assert.InRange(kept - without, -Calls / 2, Calls / 2);
    }

    [Fact]
    public async Task Calls_WhoseVerdictIsNotKept_AreSeenToAllocate()
    {
        // What shows that the other test can fail.
        Assert.True(await MeasureAsync<Service>(isSecured: true, "94 00 01 a8 61646d6974746564 92 01 02") > Calls * 100);
    }

    /// <summary>Bytes allocated on this thread by so many calls, each read, run and answered on it: the least of several rounds.</summary>
    private static async Task<long> MeasureAsync<T>(bool isSecured, string call)
        where T : class
    {
        await using RpcHost host = RpcHost.Build(
            builder =>
            {
                if (isSecured)
                {
                    SecuredHost.AddSecurity(builder.Services, options => options.AddPolicy("asserted", policy => policy.RequireAssertion(_ => true)));
                }

                builder.Services.AddSingleton<T>().AddMprpc();
            },
            map: null);
        var endpoint = new MprpcEndpointOptions().MapService<T>();
        var inline = new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
        var toServer = new Pipe(inline);
        var toClient = new Pipe(inline);
        var transport = new DefaultConnectionContext("measured", new Duplex(toServer.Reader, toClient.Writer), new Duplex(toClient.Reader, toServer.Writer));
        Task connection = new RpcConnectionHandler(host.App.Services, endpoint, host.App.Services.GetRequiredService<ServerLimits>().For(endpoint))
            .OnConnectedAsync(transport);

        if (isSecured)
        {
            Assert.Equal("940101c0c0", await CallAsync(toServer.Writer, toClient.Reader, Hex.Bytes(Login)));
        }

        byte[] request = Hex.Bytes(call);
        Assert.Equal("940101c003", await CallAsync(toServer.Writer, toClient.Reader, request));
        long least = long.MaxValue;

        for (int round = 0; round < Rounds; round++)
        {
            least = Math.Min(least, await AllocatedAsync(toServer.Writer, toClient.Reader, request));
        }

        Assert.True(least < long.MaxValue, "No round has run on this thread alone.");
        await toServer.Writer.CompleteAsync();
        await connection.InTime();
        return least;
    }

    /// <summary>The bytes, or the most there is where another thread has had a part in the round.</summary>
    private static async Task<long> AllocatedAsync(PipeWriter writer, PipeReader reader, byte[] request)
    {
        int missing = AnswerLength * Calls;
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Calls; i++)
        {
            request.CopyTo(writer.GetSpan(request.Length));
            writer.Advance(request.Length);
            AssertDone(writer.FlushAsync());

            // Answered within the flush.
            if (reader.TryRead(out ReadResult answer))
            {
                missing -= (int)answer.Buffer.Length;
                reader.AdvanceTo(answer.Buffer.End);
            }
        }

        long allocated = missing == 0 ? GC.GetAllocatedBytesForCurrentThread() - before : long.MaxValue;

        while (missing > 0)
        {
            ReadResult answer = await reader.ReadAsync().InTime();
            missing -= (int)answer.Buffer.Length;
            reader.AdvanceTo(answer.Buffer.End);
            await Task.Yield();     // away from the server's thread
        }

        return allocated;
    }

    private static void AssertDone(ValueTask<FlushResult> flush) => Assert.True(flush.IsCompletedSuccessfully);

    private static async Task<string> CallAsync(PipeWriter writer, PipeReader reader, byte[] request)
    {
        await writer.WriteAsync(request).InTime();
        ReadResult answer = await reader.ReadAsync().InTime();
        string hex = Hex.Text(System.Buffers.BuffersExtensions.ToArray(answer.Buffer));
        reader.AdvanceTo(answer.Buffer.End);
        return hex;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Plain
    {
        public int Sum(int x, int y) => x + y;
    }

    private sealed class Service
    {
        public int Sum(int x, int y) => x + y;

        [Authorize(Roles = "admin")]
        public int AdminSum(int x, int y) => x + y;

        [Authorize("asserted")]
        public int Admitted(int x, int y) => x + y;
    }
}
