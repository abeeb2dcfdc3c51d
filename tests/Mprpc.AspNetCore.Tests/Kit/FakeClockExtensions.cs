using Microsoft.Extensions.Time.Testing;

namespace Mprpc.AspNetCore.Tests.Kit;

internal static class FakeClockExtensions
{
    /// <summary>
    /// Lets time pass, step by step, until a task has ended: what looks at the clock is set by other threads, so that one step could be too early.
    /// </summary>
    public static Task AdvanceUntilAsync(this FakeTimeProvider clock, TimeSpan step, Task task, string what)
        => Bounded.Until(
            () =>
            {
                clock.Advance(step);
                return task.IsCompleted;
            },
            what);
}
