using Mprpc.Streams;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Streams;

public sealed class StreamSignalTests
{
    [Fact]
    public void WaitAsync_SetBefore_CompletesOnce()
    {
        var signal = new StreamSignal();
        signal.Set();
        signal.Set();

        Task first = signal.WaitAsync().AsTask();
        Task second = signal.WaitAsync().AsTask();

        Assert.True(first.IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task WaitAsync_SetWhileItWaits_CompletesEachTime()
    {
        var signal = new StreamSignal();

        for (int i = 0; i < 3; i++)
        {
            Task wait = signal.WaitAsync().AsTask();
            Assert.False(wait.IsCompleted);
            signal.Set();
            await wait.InTime();
        }
    }

    [Fact]
    public async Task WaitAsync_ManySettersAndOneWaiter_LosesNoChange()
    {
        const int Changes = 200_000;
        var signal = new StreamSignal();
        int changes = 0;
        Task[] setters = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Changes; i++)
            {
                Interlocked.Increment(ref changes);
                signal.Set();
            }
        }))];

        while (Volatile.Read(ref changes) < 3 * Changes)
        {
            await signal.WaitAsync().InTime();
        }

        await Task.WhenAll(setters).InTime();
    }
}
