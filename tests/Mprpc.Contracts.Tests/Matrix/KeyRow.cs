using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type that can be a key.</summary>
internal sealed class KeyRow<TContract, [
    DynamicallyAccessedMembers(ServedMembers.All),
] TService, T>(string name, T value, string hex) : Row<TContract, TService, T>(name, value, hex)
    where TContract : class, IKeyPlaces<T>
    where TService : class, TContract
    where T : notnull
{
    protected override async Task FindWrongAsync(ContractHost<TContract> host, List<string> wrong)
    {
        await base.FindWrongAsync(host, wrong);
        await CheckAsync(wrong, "key", async () => (await host.Client.KeysAsync(new Dictionary<T, int> { [Value] = 5 }).InTime())[Value] == 5);
        await CheckAsync(wrong, "set", async () => (await host.Client.SetAsync([Value]).InTime()).Contains(Value));
        Dictionary<T, int> one = new() { [Value] = 5 };
        await CheckAsync(wrong, "concurrent dictionary", async () => (await host.Client.ConcurrentKeysAsync(new(one)).InTime())[Value] == 5);
        await CheckAsync(wrong, "immutable dictionary", async () => (await host.Client.ImmutableKeysAsync(one.ToImmutableDictionary()).InTime())[Value] == 5);
        await CheckAsync(wrong, "immutable set", async () => (await host.Client.ImmutableSetAsync([Value]).InTime()).Contains(Value));
        await CheckAsync(wrong, "frozen dictionary", async () => (await host.Client.FrozenKeysAsync(one.ToFrozenDictionary()).InTime())[Value] == 5);
    }
}
