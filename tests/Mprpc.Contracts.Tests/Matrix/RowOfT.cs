using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using MessagePack;

namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A type that is no key.</summary>
internal class Row<TContract, [DynamicallyAccessedMembers(ServedMembers.All)] TService, T>(string name, T value, string hex) : Row(name, hex)
    where TContract : class, IPlaces<T>
    where TService : class, TContract
    where T : notnull
{
    protected T Value => value;

    public override async Task<List<string>> FindWrongAsync()
    {
        await using var host = await ContractHost<TContract>.StartAsync<TService>();
        List<string> wrong = [];
        await FindWrongAsync(host, wrong);
        return wrong;
    }

    public override bool IsReadFrom(byte[] bytes) => Same(new MprpcRaw(bytes).Deserialize<T>(), value);

    protected virtual async Task FindWrongAsync(ContractHost<TContract> host, List<string> wrong)
    {
        string prefix = typeof(TService).Name.ToLowerInvariant();
        MessagePackSerializerOptions options = MprpcSerializerOptions.Default.MessagePack;

        await CheckAsync(wrong, "parameter and result", async () => Same(await host.Client.EchoAsync(value).InTime(), value));
        await CheckAsync(wrong, "member", async () => Same((await host.Client.MemberAsync(new Holder<T>(value)).InTime()).Value, value));
        await CheckAsync(wrong, "element", async () => Same((await host.Client.ElementsAsync([value]).InTime()).Single(), value));
        await CheckAsync(
            wrong,
            "item of streams",
            async () => (await host.Client.FlowAsync(Twice()).ToListAsync().InTime()) is [var first, var second] && Same(first, value) && Same(second, value));
        await CheckAsync(
            wrong,
            "element in the place of a stream",
            async () => Same((await host.Untyped.CallAsync<List<T>>($"{prefix}.flow", new List<T> { value }).InTime()).Single(), value));
        await CheckAsync(
            wrong,
            "untyped item",
            async () => IsHex((await host.Untyped.StreamAsync<MprpcRaw>($"{prefix}.flow", MprpcStream.From(Twice())).ToListAsync().InTime())[1]));
        await CheckAsync(
            wrong,
            "object",
            async () => IsHex(MprpcRaw.From(await host.Client.AnyAsync(value).InTime())) && await host.Client.AnyAsync(value).InTime() is not null);
        await CheckAsync(wrong, "untyped argument", async () => Same(await host.Untyped.CallAsync<T>($"{prefix}.echo", value).InTime(), value));
        await CheckAsync(
            wrong,
            "untyped argument in a list",
            async () => Same((await host.Untyped.CallAsync<List<T>>($"{prefix}.elements", new List<object> { value }).InTime()).Single(), value));
        await CheckAsync(wrong, "raw result", async () => IsHex(await host.Untyped.CallAsync<MprpcRaw>($"{prefix}.echo", MprpcRaw.From(value)).InTime()));
        await CheckAsync(
            wrong,
            "MprpcRaw.From",
            () => Task.FromResult(IsHex(MprpcRaw.From(value)) && IsHex(MprpcRaw.From<object>(value)) && Same(MprpcRaw.From(value).Deserialize<T>(), value)));
        await CheckAsync(wrong, "serializer", () => Task.FromResult(
            Same(MessagePackSerializer.Deserialize<Holder<T>>(MessagePackSerializer.Serialize(new Holder<T>(value), options), options).Value, value)));
    }

    protected static async Task CheckAsync(List<string> wrong, string place, Func<Task<bool>> check)
    {
        try
        {
            if (!await check())
            {
                wrong.Add($"{place}: another value");
            }
        }
        catch (Exception exception)
        {
            wrong.Add($"{place}: {exception.GetType().Name}: {exception.Message} {exception.InnerException?.Message}");
        }
    }

    private async IAsyncEnumerable<T> Twice()
    {
        yield return value;
        await Task.Yield();
        yield return value;
    }

    private static bool Same(T first, T second)
        => first is System.Collections.IEnumerable and not string ? ((System.Collections.IEnumerable)first).Cast<object>()
            .SequenceEqual(((System.Collections.IEnumerable)second).Cast<object>())
            : first is JsonElement element ? JsonElement.DeepEquals(element, (JsonElement)(object)second)
            : first is Item item ? item.Equals(second)
            : EqualityComparer<T>.Default.Equals(first, second);

    private bool IsHex(MprpcRaw raw) => Convert.ToHexString(raw.Memory.Span) == Hex;
}
