using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.Core.Tests.Dispatch;

/// <summary>
/// What is used again after a call, and with whom not; and that the field by which it is told is there: else every call would cost an allocation.
/// </summary>
[SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "They are only looked at.")]
public sealed class ValueTaskOriginTests
{
    private readonly TaskCompletionSource<int> _gate = new();

    [Fact]
    public void CallsBackOnce_OfTasksAsyncMethodsAndOurOwnCalls_IsTrue()
    {
        bool[] known =
        [
            ValueTaskOrigin<int>.CallsBackOnce(new ValueTask<int>(_gate.Task)),
            ValueTaskOrigin.CallsBackOnce(new ValueTask(_gate.Task)),
            ValueTaskOrigin<int>.CallsBackOnce(PlainAsync()),
            ValueTaskOrigin<int>.CallsBackOnce(PooledAsync()),
            ValueTaskOrigin<int>.CallsBackOnce(PendingCall<int>.Rent("a", Timeout.InfiniteTimeSpan).Task),
            ValueTaskOrigin.CallsBackOnce(PendingCall<NoValue>.Rent("a", Timeout.InfiniteTimeSpan).TaskWithoutResult),
            ValueTaskOrigin<string>.CallsBackOnce(new ValueTask<string>("completed")),
        ];

        Assert.All(known, Assert.True);
    }

    [Fact]
    public void CallsBackOnce_OfASourceOfTheApplications_IsNotKnown()
    {
        var source = new Source();

        bool[] known = [ValueTaskOrigin<int>.CallsBackOnce(new ValueTask<int>(source, 0)), ValueTaskOrigin.CallsBackOnce(new ValueTask(source, 0))];

        Assert.All(known, Assert.False);
    }

    private async ValueTask<int> PlainAsync() => await _gate.Task.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> PooledAsync() => await _gate.Task.ConfigureAwait(false);

    private sealed class Source : IValueTaskSource<int>, IValueTaskSource
    {
        public int GetResult(short token) => 0;

        void IValueTaskSource.GetResult(short token)
        {
        }

        public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
        }
    }
}
