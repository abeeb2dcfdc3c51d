using System.Threading.Tasks.Sources;
using Mprpc.Core.Tests.Connections;

namespace Mprpc.Core.Tests.Dispatch;

/// <summary>A source of the application's that calls its continuation back again, when its call has long been answered, changes no other call.</summary>
public sealed class RepeatingSourceTests
{
    // Names and params of the service's methods.
    private const string RepeatOf = "a6726570656174 90";
    private const string RepeatWithoutResult = "ae7265706561745f6e6f7468696e67 90";
    private const string Wait = "a477616974 90";
    private const string WaitForNothing = "ac776169745f6e6f7468696e67 90";

    [Theory]
    [InlineData(RepeatOf, Wait, "05", "06")]
    [InlineData(RepeatWithoutResult, WaitForNothing, "c0", "c0")]
    public async Task Callback_LateAndAgain_AnswersNoOtherCall(string repeat, string wait, string first, string second)
    {
        var service = new Service();
        await using var peer = InMemoryConnection.Serving(service);
        await peer.SendAsync($"94 00 01 {repeat}");
        await service.Repeating.HasAwaiter.WaitAsync(InMemoryConnection.Deadline);
        service.Repeating.CallBack();
        string answered = await peer.ReadAsync();

        // More of them than objects were made, so that the late callback would meet one that serves another call.
        for (int id = 2; id < 10; id++)
        {
            await peer.SendAsync($"94 00 0{id} {wait}");
        }

        await Task.WhenAll(service.Waiting.Select(source => source.HasAwaiter)).WaitAsync(InMemoryConnection.Deadline);
        service.Repeating.CallBack();
        service.Repeating.CallBack();
        List<string> others = [];

        for (int i = 0; i < service.Waiting.Length; i++)
        {
            service.Waiting[i].CallBack();
            others.Add(await peer.ReadAsync());
        }

        Assert.Equal($"940101c0{first}", answered);
        Assert.Equal(Enumerable.Range(2, 8).Select(id => $"94010{id}c0{second}"), others);
    }

    [Fact]
    public async Task Callback_TwiceAtOnce_AnswersOnce()
    {
        var service = new Service();
        await using var peer = InMemoryConnection.Serving(service);
        await peer.SendAsync($"94 00 01 {RepeatOf}");
        await service.Repeating.HasAwaiter.WaitAsync(InMemoryConnection.Deadline);

        await Task.WhenAll(Task.Run(service.Repeating.CallBack), Task.Run(service.Repeating.CallBack)).WaitAsync(InMemoryConnection.Deadline);
        await peer.SendAsync($"94 00 02 {Wait}");
        string answer = await peer.ReadAsync();
        await service.Waiting[0].HasAwaiter.WaitAsync(InMemoryConnection.Deadline);
        service.Waiting[0].CallBack();

        Assert.Equal("940101c005", answer);
        Assert.Equal("940102c006", await peer.ReadAsync());
    }

    // A type of its own, so that no other test takes and returns the pooled objects.
    public enum Number
    {
        None,
        First = 5,
        Other = 6,
    }

    public sealed class Source(Number result) : IValueTaskSource<Number>, IValueTaskSource
    {
        private readonly TaskCompletionSource _hasAwaiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action? _callBack;
        private volatile bool _isCompleted;

        public Task HasAwaiter => _hasAwaiter.Task;

        public void CallBack()
        {
            _isCompleted = true;
            _callBack!();
        }

        public ValueTaskSourceStatus GetStatus(short token) => _isCompleted ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        {
            _callBack = () => continuation(state);
            _hasAwaiter.TrySetResult();
        }

        public Number GetResult(short token) => _isCompleted ? result : throw new InvalidOperationException("Asked too early.");

        void IValueTaskSource.GetResult(short token) => GetResult(token);
    }

    public sealed class Service
    {
        private int _waiting = -1;

        internal Source Repeating { get; } = new(Number.First);

        internal Source[] Waiting { get; } = [.. Enumerable.Range(0, 8).Select(_ => new Source(Number.Other))];

        public ValueTask<Number> Repeat() => new(Repeating, 0);

        public ValueTask RepeatNothing() => new(Repeating, 0);

        public ValueTask<Number> Wait() => new(Waiting[Interlocked.Increment(ref _waiting)], 0);

        public ValueTask WaitNothing() => new(Waiting[Interlocked.Increment(ref _waiting)], 0);
    }
}
