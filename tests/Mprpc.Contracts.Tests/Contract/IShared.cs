namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Values without a cycle whose objects are shared: so many levels, and each object twice in that above it.</summary>
[MprpcService(Prefix = "shared")]
public interface IShared
{
    Task<Twin?> TwinAsync(Twin? value);

    Task<Thicket?> ThicketAsync(Thicket? value);

    Task<object?> AnyAsync(object? value);

    Task<int> RestAsync(params object?[] all);

    Task<Twin> MakeTwinAsync(int levels);

    Task<Thicket> MakeThicketAsync(int levels);

    Task<object> MakeAnyAsync(int levels);

    ValueTask<Twin> MakeTwinLaterAsync(int levels);

    Task FailAsync(int levels);

    Task<int> NextAsync(int value);
}
