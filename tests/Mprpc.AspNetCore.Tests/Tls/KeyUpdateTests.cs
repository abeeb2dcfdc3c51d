using System.Diagnostics;
using System.Net;
using System.Text;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Tls;

/// <summary>A peer that changes its keys in the middle of a connection (RFC 8446, 4.6.3), which .NET's own TLS cannot be asked to do.</summary>
public sealed class KeyUpdateTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public async Task Keys_Updated_EitherWay_CallsGoOn()
    {
        string openssl = Requirement.Program("openssl", "openssl");
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Adder>("tls://127.0.0.1:0").WithEndpoint(options => options.UseTls(_certificates.Server())));
        using Process client = Process.Start(new ProcessStartInfo(openssl, ["s_client", "-connect", $"127.0.0.1:{((IPEndPoint)host.Rpc).Port}", "-tls1_3"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

        try
        {
            // As lines of its own, openssl takes "k" for an update of its keys, "K" for one that asks the server for the same.
            await AskAsync(client, 1);
            await CommandAsync(client, "k");
            await AskAsync(client, 2);
            await CommandAsync(client, "K");
            await AskAsync(client, 3);
            await AskAsync(client, 4);
        }
        finally
        {
            client.Kill();
        }
    }

    private static async Task AskAsync(Process client, byte messageId)
    {
        await client.StandardInput.BaseStream.WriteAsync(Hex.Bytes($"94 00 0{messageId} SUM")).InTime();
        await client.StandardInput.BaseStream.FlushAsync().InTime();
        await ReadUntilAsync(client.StandardOutput.BaseStream, Hex.Bytes($"94 01 0{messageId} c0 03"));
    }

    private static async Task CommandAsync(Process client, string command)
    {
        await client.StandardInput.BaseStream.WriteAsync(Encoding.ASCII.GetBytes(command + "\n")).InTime();
        await client.StandardInput.BaseStream.FlushAsync().InTime();
        await ReadUntilAsync(client.StandardError.BaseStream, "KEYUPDATE"u8.ToArray());
    }

    private static async Task ReadUntilAsync(Stream stream, byte[] expected)
    {
        List<byte> seen = [];
        byte[] one = new byte[1];

        while (!seen.TakeLast(expected.Length).SequenceEqual(expected))
        {
            await stream.ReadExactlyAsync(one).InTime();
            seen.Add(one[0]);
        }
    }
}
