namespace Mprpc.Reliability.Kit;

/// <summary>Collects the measured figures in artifacts/reliability.md, from which the table of docs/reliability.md is filled.</summary>
internal static class Results
{
    private static readonly Lock s_gate = new();
    private static bool s_isStarted;

    public static void Add(string test, params FormattableString[] figures)
    {
        lock (s_gate)
        {
            if (!s_isStarted)
            {
                s_isStarted = true;
                Directory.CreateDirectory(Path.GetDirectoryName(Paths.Results)!);
                File.AppendAllText(
                    Paths.Results, $"\n{(Scale.IsLong ? "long" : "usual")} run, {Environment.ProcessorCount} processors\n\n| test | measured |\n|---|---|\n");
            }

            File.AppendAllText(Paths.Results, $"| {test} | {string.Concat(figures.Select(FormattableString.Invariant))} |\n");
        }
    }
}
