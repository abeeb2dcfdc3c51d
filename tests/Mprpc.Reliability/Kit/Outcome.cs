namespace Mprpc.Reliability.Kit;

internal static class Outcome
{
    /// <summary>What the call ended with; null: well.</summary>
    public static async Task<Exception?> Of(Func<Task> call) => await Record.ExceptionAsync(call);

    /// <summary>Does what may fail because the server has closed already.</summary>
    public static void Ignore(Action action) => _ = Record.Exception(action);
}
