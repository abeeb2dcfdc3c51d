using System.Globalization;
using System.Net;

namespace Mprpc.AspNetCore.Tests.Robustness;

/// <summary>A client's process that is killed: its system ends the connection for it, by FIN, or by a reset where something had not been read.</summary>
public sealed class KilledClientTests
{
    private const string Hello = @"\x94\x00\x00\xa7$/hello\x92\x01\x80";
    private const string Wait = @"\x94\x00\x01\xa4wait\x90";
    private const string Sum = @"\x94\x00\x02\xa3sum\x92\x01\x02";

    [Theory]
    [InlineData(Hello + Wait, "exec cat <&3 >/dev/null")]       // FIN: one that knows the extensions wants no more answers then
    [InlineData(Hello + Wait, "exec sleep 600")]                // reset
    [InlineData(Sum + Wait, "exec sleep 600")]                  // reset
    public async Task Kill_CallsRun_CancelsThemAtOnce(string requests, string further)
    {
        string bash = Requirement.Program("bash", "bash");
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(
            options => options.Limits.HalfCloseTimeout = Bounded.Time * 10,     // far above the bound of each wait
            services => services.AddSingleton(service));
        string port = ((IPEndPoint)host.Rpc).Port.ToString(CultureInfo.InvariantCulture);
        await using var client = ChildProcess.Start(bash, ["-c", $"exec 3<>/dev/tcp/127.0.0.1/{port}; printf '{requests}' >&3; {further}"]);
        await service.HasBegun.Task.InTime();
        await using RawPeer other = await host.DialAsync();
        await other.AssertOpenAsync();
        bool wasCancelled = service.WasCancelled.Task.IsCompleted;

        await client.KillAsync();

        await service.WasCancelled.Task.InTime();
        Assert.False(wasCancelled);
        await other.AssertOpenAsync();
    }

    private sealed class Service
    {
        internal TaskCompletionSource HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource WasCancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Sum(int x, int y) => x + y;

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            HasBegun.SetResult();

            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                WasCancelled.SetResult();
            }
        }
    }
}
