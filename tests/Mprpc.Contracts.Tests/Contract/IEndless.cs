namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Takes and gives what is enumerated only when it is written.</summary>
[MprpcService(Prefix = "endless")]
public interface IEndless
{
    Task<IEnumerable<int>?> NumbersAsync(IEnumerable<int>? value);

    Task<IEnumerable<byte[]>?> BlocksAsync(IEnumerable<byte[]>? value);

    Task<IReadOnlyCollection<int>?> CountedAsync(IReadOnlyCollection<int>? value);

    Task<IReadOnlySet<int>?> SetAsync(IReadOnlySet<int>? value);

    Task<IReadOnlyDictionary<string, int>?> MapAsync(IReadOnlyDictionary<string, int>? value);

    Task<Stretch?> MemberAsync(Stretch? value);

    Task<object?> AnyAsync(object? value);

    Task<int> RestAsync(params object?[] all);

    Task<IEnumerable<int>> MakeNumbersAsync();

    Task<IEnumerable<byte[]>> MakeBlocksAsync();

    Task<IReadOnlyCollection<int>> MakeCountedAsync(int count, int actual);

    Task<IReadOnlySet<int>> MakeSetAsync(int count, int actual);

    Task<IReadOnlyDictionary<string, int>> MakeMapAsync(int count, int actual);

    Task<Stretch> MakeMemberAsync();

    Task<object> MakeAnyAsync(int kind);

    ValueTask<IEnumerable<int>> MakeLaterAsync();

    Task<int> FaultyAsync(Faulty value);

    Task<int> NextAsync(int value);

    Task<int> NotedAsync();

    void Note(object? value);
}
