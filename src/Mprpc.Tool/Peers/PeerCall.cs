using System.Diagnostics;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Values;

namespace Mprpc.Tool.Peers;

/// <summary>A call whose result is shown, from the command line or from the shell.</summary>
internal sealed class PeerCall(Peer peer, Terminal terminal, ResultWriter writer)
{
    /// <summary>Whether to show result or error, time and sizes as one object.</summary>
    public bool IsFull { get; init; }

    /// <summary>Whether to read a stream whatever the description says.</summary>
    public bool IsStream { get; init; }

    /// <summary>How many items of a stream to read.</summary>
    public int MaxItems { get; init; } = int.MaxValue;

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(
        string method, IReadOnlyList<string> arguments, ArgumentMode mode, MprpcCallOptions options, CancellationToken cancellationToken)
    {
        (MethodDescription Method, ServerDescription Server)? known = await peer.TryDescribeAsync(method, cancellationToken);

        if (known?.Method.Deprecated is { } instead)
        {
            terminal.WriteError($"Warning: '{method}' is deprecated. {instead}".TrimEnd());
        }

        object?[] encoded = peer.Encode(arguments, mode, known?.Method, known?.Server.Types);

        if ((IsStream || known?.Method.IsStream == true) && !IsFull)
        {
            await ReadStreamAsync(method, encoded, options, cancellationToken);
            return ExitCode.Success;
        }

        return await CallAsync(method, encoded, options);
    }

    private async Task<int> CallAsync(string method, object?[] arguments, MprpcCallOptions options)
    {
        int bytes = arguments.Sum(argument => ((MprpcRaw)argument!).Memory.Length);
        long start = Stopwatch.GetTimestamp();

        try
        {
            MprpcRaw result = await peer.Client.CallAsync<MprpcRaw>(method, options, arguments);

            if (IsFull)
            {
                writer.WriteJson(FullResult.Of(result, Stopwatch.GetElapsedTime(start), bytes, writer.IsIndented));
            }
            else
            {
                writer.Write(result);
            }

            return ExitCode.Success;
        }
        catch (MprpcRemoteException exception) when (IsFull)
        {
            writer.WriteJson(FullResult.Of(exception, Stopwatch.GetElapsedTime(start), bytes, writer.IsIndented));
            return Failure.CodeOf(exception);
        }
    }

    private async Task ReadStreamAsync(string method, object?[] arguments, MprpcCallOptions options, CancellationToken cancellationToken)
    {
        int left = MaxItems;

        await foreach (MprpcRaw item in peer.Client
            .StreamAsync<MprpcRaw>(method, new MprpcStreamOptions { Call = options }, arguments).WithCancellation(cancellationToken))
        {
            writer.WriteItem(item);

            if (--left == 0)
            {
                break;
            }
        }
    }
}
