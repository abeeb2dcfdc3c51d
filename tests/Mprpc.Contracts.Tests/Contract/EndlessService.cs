namespace Mprpc.Contracts.Tests.Contract;

internal sealed class EndlessService : IEndless
{
    private int _noted;

    public Task<IEnumerable<int>?> NumbersAsync(IEnumerable<int>? value) => Task.FromResult(value);

    public Task<IEnumerable<byte[]>?> BlocksAsync(IEnumerable<byte[]>? value) => Task.FromResult(value);

    public Task<IReadOnlyCollection<int>?> CountedAsync(IReadOnlyCollection<int>? value) => Task.FromResult(value);

    public Task<IReadOnlySet<int>?> SetAsync(IReadOnlySet<int>? value) => Task.FromResult(value);

    public Task<IReadOnlyDictionary<string, int>?> MapAsync(IReadOnlyDictionary<string, int>? value) => Task.FromResult(value);

    public Task<Stretch?> MemberAsync(Stretch? value) => Task.FromResult(value);

    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);

    public Task<int> RestAsync(params object?[] all) => Task.FromResult(all.Length);

    public Task<IEnumerable<int>> MakeNumbersAsync() => Task.FromResult(Endless.Numbers());

    public Task<IEnumerable<byte[]>> MakeBlocksAsync() => Task.FromResult(Endless.Blocks());

    public Task<IReadOnlyCollection<int>> MakeCountedAsync(int count, int actual) => Task.FromResult<IReadOnlyCollection<int>>(new Miscounted(count, actual));

    public Task<IReadOnlySet<int>> MakeSetAsync(int count, int actual) => Task.FromResult<IReadOnlySet<int>>(new Miscounted(count, actual));

    public Task<IReadOnlyDictionary<string, int>> MakeMapAsync(int count, int actual)
        => Task.FromResult<IReadOnlyDictionary<string, int>>(new MiscountedMap(count, actual));

    public Task<Stretch> MakeMemberAsync() => Task.FromResult(new Stretch { Many = Endless.Many() });

    public Task<object> MakeAnyAsync(int kind) => Task.FromResult(Endless.Kinds()[kind].Make());

    public async ValueTask<IEnumerable<int>> MakeLaterAsync()
    {
        await Task.Yield();
        return Endless.Numbers();
    }

    public Task<int> FaultyAsync(Faulty value) => Task.FromResult(value.Numbers.Count);

    public Task<int> NextAsync(int value) => Task.FromResult(value + 1);

    public Task<int> NotedAsync() => Task.FromResult(Volatile.Read(ref _noted));

    public void Note(object? value) => Interlocked.Increment(ref _noted);
}
