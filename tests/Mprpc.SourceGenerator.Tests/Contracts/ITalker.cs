namespace Mprpc.SourceGenerator.Tests.Contracts;

public interface ITalkerBase
{
    Task<string> FromBase();
}

/// <summary>A contract as a client uses it.</summary>
[MprpcService(Prefix = "talk")]
public interface ITalker : ITalkerBase, IDisposable
{
#pragma warning disable MPRPC006 // What a proxy does with these is tested.
    event EventHandler Changed;

    string Mood { get; set; }

    int this[int index] { get; }
#pragma warning restore MPRPC006

    Task<int> SumAsync(int x, int y);

    ValueTask<int> AddAsync(int x, int y);

    ValueTask<string> SwapAsync((string A, string B) pair, CancellationToken cancellationToken = default);

    Task SayAsync(string request);

    ValueTask SayValueAsync(string text, bool loud = false);

    void Note(string text);

    [MprpcMethod("a.name.of.more.than.31.bytes.goes.another.way")]
    Task<string> LongNameAsync();

    Task<int> Many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, int p);

    Task<string> WhoAsync() => Task.FromResult("default");

    Task<int> NeverAsync(CancellationToken cancellationToken);

    Task FailAsync();

    int Synchronous();

    [MprpcIgnore]
    void Ignored();
}

internal sealed class Talker : ITalker
{
    public event EventHandler Changed
    {
        add { }
        remove { }
    }

    public List<string> Said { get; } = [];

    public string Mood { get; set; } = "";

    public int this[int index] => index;

    public Task<int> SumAsync(int x, int y) => Task.FromResult(x + y);

    public ValueTask<int> AddAsync(int x, int y) => new(x + y);

    public ValueTask<string> SwapAsync((string A, string B) pair, CancellationToken cancellationToken) => new($"{pair.B}, {pair.A}");

    public Task SayAsync(string request)
    {
        Said.Add(request);
        return Task.CompletedTask;
    }

    public ValueTask SayValueAsync(string text, bool loud)
    {
        Said.Add(loud ? text.ToUpperInvariant() : text);
        return default;
    }

    public void Note(string text) => Said.Add(text);

    public Task<string> LongNameAsync() => Task.FromResult("long");

    public Task<int> Many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j, int k, int l, int m, int n, int o, int p)
        => Task.FromResult(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);

    public Task<string> WhoAsync() => Task.FromResult("service");

    public async Task<int> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    public Task FailAsync() => throw new MprpcException("It is not to be.");

    public int Synchronous() => 1;

    public Task<string> FromBase() => Task.FromResult("base");

    public void Ignored()
    {
    }

    public void Dispose()
    {
    }
}
