using System.Runtime.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>
/// Who completes a ValueTask: .NET or this library, whose sources call back once; or a class of the application's, which may do so again when its call has long
/// been answered.
/// </summary>
/// <remarks>
/// ValueTask does not tell: the field is read, where it is found at start-up to be the one. Elsewhere no source is trusted, which costs an allocation and
/// nothing else.
/// </remarks>
internal static class ValueTaskOrigin
{
    private static readonly bool s_canTell = CanTell();

    public static bool CallsBackOnce(ValueTask task) => s_canTell && IsTrusted(SourceOf(ref task));

    /// <summary>Whether objects of the type call back once.</summary>
    public static bool IsTrusted(object? source) => source is null or Task or PendingCall || source.GetType().Assembly == typeof(Task).Assembly;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_obj")]
    private static extern ref object? SourceOf(ref ValueTask task);

    private static bool CanTell()
    {
        try
        {
            var task = new ValueTask(Task.CompletedTask);
            return ReferenceEquals(SourceOf(ref task), Task.CompletedTask);
        }
        catch (MissingMemberException)
        {
            return false;
        }
    }
}
