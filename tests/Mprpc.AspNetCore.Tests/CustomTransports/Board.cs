using Microsoft.AspNetCore.Authorization;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>What the tests serve.</summary>
public sealed class Board
{
    public static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Waiting { get; } = NewSignal();

    public TaskCompletionSource Cancelled { get; } = NewSignal();

    public TaskCompletionSource Gate { get; } = NewSignal();

    public int Sum(int x, int y) => x + y;

    public byte[] Reverse(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        Array.Reverse(bytes);
        return bytes;
    }

    /// <summary>Calls the caller back, on the same connection.</summary>
    public async Task<byte[]> AskBack(byte[] bytes, MprpcCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await context.Connection.CallAsync<byte[]>("reverse", bytes);
    }

    public string Peer(MprpcCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return $"{context.Connection.LocalEndPoint} {context.Connection.RemoteEndPoint}";
    }

    public async Task<int> Wait(CancellationToken cancellationToken)
    {
        Waiting.TrySetResult();

        try
        {
            await Gate.Task.WaitAsync(cancellationToken);
            return 1;
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
    }

    [Authorize]
    public string Secret(MprpcCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.User.Identity!.Name!;
    }
}
