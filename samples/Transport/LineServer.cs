using System.IO.Pipes;
using Mprpc;
using Mprpc.AspNetCore;

namespace Transport;

/// <summary>Opens the line, serves the peer at its other end, and opens it again when that has gone.</summary>
public sealed class LineServer(IMprpcServer server, ILogger<LineServer> logger, string device) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Whoever may open the line may call: keep that to whom it concerns, as here to the user who runs this.
            var stream = new NamedPipeServerStream(
                device, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

            try
            {
                await stream.WaitForConnectionAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                await stream.DisposeAsync();
                return;
            }

            try
            {
                // Disposes the line at the end. The token ends it in good order: calls that run are answered.
                await server.ServeAsync(new Line(stream, device), cancellationToken: stoppingToken);
            }
            catch (MprpcConnectionException exception)
            {
                // Not served: the limit of connections is reached, or the peer has come back while the application stops.
                logger.LogInformation("The line is closed again: {Reason}", exception.Message);
            }
        }
    }
}
