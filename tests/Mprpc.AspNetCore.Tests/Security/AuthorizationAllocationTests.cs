using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>What authorization costs: nothing to calls that need none, nothing once the verdict is kept.</summary>
[Collection(nameof(AuthorizationAllocationTests))]
[CollectionDefinition(nameof(AuthorizationAllocationTests), DisableParallelization = true)]
public sealed class AuthorizationAllocationTests
{
    private const int Calls = InlineConnection.Calls;
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
        await using var connection = new InlineConnection(host, endpoint);

        if (isSecured)
        {
            Assert.Equal("940101c0c0", await connection.CallAsync(Login));
        }

        Assert.Equal("940101c003", await connection.CallAsync(call));
        return await connection.MeasureAsync(call, AnswerLength);
    }

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
