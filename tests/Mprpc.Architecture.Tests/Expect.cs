namespace Mprpc.Architecture.Tests;

internal static class Expect
{
    /// <summary>Fails with every finding on a line of its own: who broke a rule wants to see all places at once.</summary>
    public static void Nothing(IEnumerable<string> findings)
    {
        string text = string.Join(Environment.NewLine, findings);

        Assert.True(text.Length == 0, text);
    }
}
