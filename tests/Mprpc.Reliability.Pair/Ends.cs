using System.Globalization;
using Mprpc.AspNetCore;

namespace Mprpc.Reliability.Pair;

/// <summary>What the server does.</summary>
public sealed class Ends(IServiceProvider services)
{
    private Calls? _calls;
    private int _echoes;

    public byte[] Echo(byte[] value)
    {
        Interlocked.Increment(ref _echoes);
        return value;
    }

    /// <summary>Calls the client's echo, and ends with the last answer.</summary>
    public async Task CallBackAsync(int payload, int inFlight, int count, MprpcCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        MprpcConnection connection = context.Connection;
        var calls = new Calls(payload, inFlight, count);
        Volatile.Write(ref _calls, calls);
        await calls.RunAsync(value => connection.CallAsync<byte[]>("echo", value));
    }

    /// <summary>For the report of a cell that stands still; asked over another connection.</summary>
    public string State()
    {
        IMprpcServer server = services.GetRequiredService<IMprpcServer>();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"server: {Volatile.Read(ref _echoes)} echoes since its start, its own calls {Volatile.Read(ref _calls)?.State ?? "none"}, "
            + $"{server.RunningCallCount} calls run, {server.ConnectionCount} connections");
    }
}
