namespace Mprpc.AspNetCore.Tests.Results;

/// <summary>A method for each way that a call can end.</summary>
internal sealed class Outcomes
{
    private const string Secret = "secret";
    private const string Result = "result";

    public int Sum(int x, int y) => x + y;

    public string Value() => Result;

    public string? NullValue() => null;

    public Task<string> TaskDone() => Task.FromResult(Result);

    public async Task<string> TaskLater()
    {
        await Task.Yield();
        return Result;
    }

    public ValueTask<string> ValueTaskDone() => new(Result);

    public async ValueTask<string> ValueTaskLater()
    {
        await Task.Yield();
        return Result;
    }

    public void Nothing()
    {
    }

    public Task NothingTaskDone() => Task.CompletedTask;

    public async Task NothingTaskLater() => await Task.Yield();

    public ValueTask NothingValueTaskDone() => default;

    public async ValueTask NothingValueTaskLater() => await Task.Yield();

    public string ThrowAtOnce() => throw new InvalidTimeZoneException(Secret);

    public Task<string> ThrowInTask() => Task.FromException<string>(new InvalidTimeZoneException(Secret));

    public async Task<string> ThrowLater()
    {
        await Task.Yield();
        throw new InvalidTimeZoneException(Secret);
    }

    public ValueTask<string> ThrowInValueTask() => ValueTask.FromException<string>(new InvalidTimeZoneException(Secret));

    public async ValueTask ThrowLaterValueTask()
    {
        await Task.Yield();
        throw new InvalidTimeZoneException(Secret);
    }

    public Task ThrowBeforeTask() => throw new InvalidTimeZoneException(Secret);

    public void CancelItself() => throw new OperationCanceledException(Secret);

    public Task CancelledTask() => Task.FromCanceled(new CancellationToken(canceled: true));

    public async Task<string> CancelledLater()
    {
        await Task.Delay(TimeSpan.FromSeconds(30), new CancellationTokenSource(1).Token);
        return Result;
    }

    public Task NullTask() => null!;

    public Task<string> NullTaskOfResult() => null!;

    public Unserializable Unserializable() => new();

    public async Task<Unserializable> UnserializableLater()
    {
        await Task.Yield();
        return new Unserializable();
    }

    public object[] HalfSerializable() => [1, "two", new Unserializable()];

    public async Task<object[]> HalfSerializableLater()
    {
        await Task.Yield();
        return HalfSerializable();
    }

    public Task ManyFailures() => Task.WhenAll(ThrowLater(), ThrowInTask());

    public string StackTrace()
    {
        try
        {
            return ThrowAtOnce();
        }
        catch (InvalidTimeZoneException exception)
        {
            throw new InvalidOperationException(exception.StackTrace, exception);
        }
    }

    public void Meant() => throw new MprpcException("for you", "code", Result);

    public async Task MeantLater()
    {
        await Task.Yield();
        Meant();
    }

    public void MeantByOwnType() => throw new OwnException();

    public string TakesOne(string text) => text;

    public int TakesList(List<int> list) => list.Count;

    private sealed class OwnException() : MprpcException("for you");
}
