namespace Mprpc.Tool.Bench;

/// <summary>How much load, and for how long.</summary>
/// <param name="Connections">How many connections.</param>
/// <param name="InFlight">How many calls at once on each of them.</param>
/// <param name="WarmUp">How long calls are made before they are measured.</param>
/// <param name="Duration">How long they are measured.</param>
/// <param name="Rate">Calls a second on all connections together; null: each answer is followed by the next call.</param>
internal sealed record LoadPlan(int Connections, int InFlight, TimeSpan WarmUp, TimeSpan Duration, double? Rate)
{
    public int Callers => Connections * InFlight;
}
