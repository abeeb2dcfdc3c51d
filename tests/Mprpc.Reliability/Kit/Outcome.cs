namespace Mprpc.Reliability.Kit;

internal static class Outcome
{
    /// <summary>What the call ended with; null: well.</summary>
    public static async Task<Exception?> Of(Func<Task> call) => await Record.ExceptionAsync(call);
}
