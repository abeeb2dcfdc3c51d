using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;

namespace Mprpc.Article;

/// <summary>The server in a process of its own, as the article's benchmark has it.</summary>
internal sealed class SumServer : IDisposable
{
    public const string Role = "serve";

    private readonly Process _process;

    private SumServer(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    public static async Task<SumServer> StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SumServer).Assembly.Location);
        }

        start.ArgumentList.Add(Role);
        Process process = Process.Start(start)!;
        string? url = await process.StandardOutput.ReadLineAsync();
        return new SumServer(process, url ?? throw new IOException("The server process ended without telling where it listens."));
    }

    /// <summary>Serves until stdin is closed, so that the process never outlives its parent.</summary>
    public static async Task RunAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<SumService>();
        builder.Services.AddMprpc();
        await using WebApplication app = builder.Build();
        app.MapMprpcService<SumService>(0);
        await app.StartAsync();

        EndPoint endPoint = app.Services.GetRequiredService<IMprpcServer>().Endpoints.Single();
        Console.WriteLine($"tcp://{endPoint}");
        await Console.In.ReadToEndAsync();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
