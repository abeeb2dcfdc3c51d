using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Snippets.Transports;

internal static class Transports
{
    public static async Task CallAsync()
    {
        // snippet: transports/client
        await using var client = new MprpcClient(new MprpcClientOptions
        {
            Url = "/dev/ttyACM0",       // a name for errors and logs; optional
            ConnectCallback = async (context, cancellationToken) =>
            {
                Stream line = await OpenLineAsync(context.Url!, cancellationToken);
                return MprpcTransport.FromStream(line);
            },
        });
        // end snippet
    }

    public static async Task ServeAsync(WebApplicationBuilder builder, WebApplication app, Stream line, CancellationToken stoppingToken)
    {
        // snippet: transports/server
        builder.Services.AddMprpc().AddService<Calculator>();
        // end snippet
        // snippet: transports/server
        IMprpcServer server = app.Services.GetRequiredService<IMprpcServer>();
        await server.ServeAsync(MprpcTransport.FromStream(line), cancellationToken: stoppingToken);
        // end snippet
    }

    private static ValueTask<Stream> OpenLineAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask<Stream>(File.Open(name, FileMode.Open));
    }
}

internal sealed class Calculator
{
    public int Sum(int x, int y) => x + y;
}
