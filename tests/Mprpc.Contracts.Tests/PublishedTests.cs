namespace Mprpc.Contracts.Tests;

/// <summary>Which methods of a class are on the wire.</summary>
public sealed class PublishedTests
{
    [Fact]
    public async Task PlainClass_ImplementingInterfacesOfFrameworks_PublishesItsOwnMethodsAndThoseMarked()
    {
        await using ContractHost<ITypes> host = await ContractHost<ITypes>.StartAsync(app => app.MapMprpcService<Worker>(0));

        string[] callable = await CallableAsync(host, "work", "mine", "start", "stop", "compare", "compare_to", "equals", "get_hash_code");

        Assert.Equal(["work", "mine", "compare"], callable);
    }

    [Fact]
    public async Task Attributes_OfAClassWithAContract_HaveNoEffect()
    {
        await using ContractHost<IPublished> host = await ContractHost<IPublished>.StartAsync<Published>();

        int renamed = await host.Client.RenamedInTheClassAsync().InTime();
        int ignored = await host.Client.IgnoredInTheClassAsync().InTime();

        Assert.Equal((1, 2), (renamed, ignored));
    }

    [Fact]
    public async Task Overloads_WithOneName_AreToldApartInTheErrorAtTheStart()
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => ContractHost<ITypes>.StartAsync(app => app.MapMprpcService<Overloaded>(0)));

        Assert.Contains(
            TestedPath.IsGenerated ? "Overloaded.Take(number) and Overloaded.Take(text, length)" : "Overloaded.Take(int) and Overloaded.Take(string, long)",
            refused.ToString(),
            StringComparison.Ordinal);
    }

    /// <summary>The names that are not answered with "not found".</summary>
    private static async Task<string[]> CallableAsync(ContractHost<ITypes> host, params string[] names)
    {
        List<string> callable = [];

        foreach (string name in names)
        {
            var answer = await Record.ExceptionAsync(() => host.Untyped.CallAsync<object?>(name).InTime());

            if (answer?.Message.EndsWith("not found.", StringComparison.Ordinal) != true)
            {
                callable.Add(name);
            }
        }

        return [.. callable];
    }

    [MprpcService]
    public interface IPublished
    {
        Task<int> RenamedInTheClassAsync();

        Task<int> IgnoredInTheClassAsync();
    }

#pragma warning disable MPRPC015 // That they have no effect is tested.
    internal sealed class Published : IPublished
    {
        [MprpcMethod("other")]
        public Task<int> RenamedInTheClassAsync() => Task.FromResult(1);

        [MprpcIgnore]
        public Task<int> IgnoredInTheClassAsync() => Task.FromResult(2);
    }
#pragma warning restore MPRPC015

#pragma warning disable MPRPC003 // What the library says without the analyzer is tested.
    internal sealed class Overloaded
    {
        public int Take(int number) => number;

        public int Take(string text, long length) => text.Length + (int)length;
    }
#pragma warning restore MPRPC003
}
