using Mprpc.Scheduling;

namespace Mprpc.Connections;

/// <content>How another thread goes on with a loop whose thread the application's code holds up.</content>
internal sealed partial class ReadLoop
{
    /// <inheritdoc/>
    /// <remarks>Not a thread of the pool: what holds the loop up may hold up those as well, and what the loop comes to next may hold up this one.</remarks>
    public void TakeOver(long entry) => BlockingThreads.Shared.Run(new TakenOverLoop(this, entry));

    private void GoOn(long entry)
    {
        HeldUpCall? call = _connection.BeginHeldUp(Baton.Occupant, entry);

        if (!Baton.TryTake(entry, out object? occupant))
        {
            call?.End();
            return;
        }

        _connection.OnHeldUp(occupant);
        Occupant = null;
        ReadAt = 0;     // it was that of the message which holds the other thread up
        Now = _connection.Telemetry?.Begin() ?? 0;
        int holder = Baton.Holder;

        if (Context is null)
        {
            _ = RunAsync(holder, resumed: true);
        }
        else
        {
            ExecutionContext.Run(Context, loop => _ = ((ReadLoop)loop!).RunAsync(holder, resumed: true), this);
        }
    }

    /// <summary>A loop that is to go on, if its holder is still held up.</summary>
    private sealed class TakenOverLoop(ReadLoop loop, long entry) : IThreadPoolWorkItem
    {
        public void Execute() => loop.GoOn(entry);
    }
}
