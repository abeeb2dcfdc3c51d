using System.Runtime.CompilerServices;

namespace Mprpc.Dispatch;

/// <inheritdoc cref="ValueTaskOrigin"/>
internal static class ValueTaskOrigin<T>
{
    private static readonly bool s_canTell = CanTell();

    public static bool CallsBackOnce(ValueTask<T> task) => s_canTell && ValueTaskOrigin.IsTrusted(SourceOf(ref task));

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_obj")]
    private static extern ref object? SourceOf(ref ValueTask<T> task);

    private static bool CanTell()
    {
        try
        {
            Task<T> source = Task.FromResult<T>(default!);
            var task = new ValueTask<T>(source);
            return ReferenceEquals(SourceOf(ref task), source);
        }
        catch (MissingMemberException)
        {
            return false;
        }
    }
}
