namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Shared : IShared
{
    public Task<Twin?> TwinAsync(Twin? value) => Task.FromResult(value);

    public Task<Thicket?> ThicketAsync(Thicket? value) => Task.FromResult(value);

    public Task<object?> AnyAsync(object? value) => Task.FromResult(value);

    public Task<int> RestAsync(params object?[] all) => Task.FromResult(all.Length);

    public Task<Twin> MakeTwinAsync(int levels) => Task.FromResult(Twin.Of(levels));

    public Task<Thicket> MakeThicketAsync(int levels) => Task.FromResult(Thicket.Of(levels));

    public Task<object> MakeAnyAsync(int levels) => Task.FromResult(ListOf(levels));

    public async ValueTask<Twin> MakeTwinLaterAsync(int levels)
    {
        await Task.Yield();
        return Twin.Of(levels);
    }

    public Task FailAsync(int levels) => throw new MprpcException("With data.", "shared", ListOf(levels));

    public Task<int> NextAsync(int value) => Task.FromResult(value + 1);

    /// <summary>Lists of which each has the one below twice.</summary>
    public static object ListOf(int levels)
    {
        object list = 1;

        for (int i = 0; i < levels; i++)
        {
            list = i % 2 == 0 ? new List<object> { list, list } : new Dictionary<string, object> { ["a"] = list, ["b"] = list };
        }

        return list;
    }
}
