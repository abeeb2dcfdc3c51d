namespace Mprpc.Connections;

/// <summary>A call that was to end at once, but whose method held the read loop up, so that another thread took the loop over.</summary>
internal sealed class HeldUpCall : RunningCall
{
    private HeldUpCall(RunningCalls calls) => Calls = calls;

    public override RunningCalls Calls { get; }

    /// <summary>The entry into user code that held the loop up: by it the thread that comes back finds this call.</summary>
    public long Entry { get; private init; }

    /// <summary>To be called before the loop is taken: the thread that comes back must find the call.</summary>
    public static HeldUpCall Begin(RunningCalls calls, ServedMethod method, long entry)
    {
        var call = new HeldUpCall(calls) { Method = method, Entry = entry };
        call.Begin();
        return call;
    }
}
