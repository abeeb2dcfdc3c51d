namespace Mprpc.Interop.Tests.Kit;

/// <summary>What a test needs of the machine: on a developer's, the test is skipped where it is missing; in continuous integration it fails.</summary>
internal static class Requirement
{
    private static bool IsContinuousIntegration => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    public static void IsMet(bool isMet, string otherwise)
    {
        Assert.False(!isMet && IsContinuousIntegration, otherwise);
        Assert.SkipUnless(isMet, otherwise);
    }

    /// <summary>Finds a program.</summary>
    /// <returns>Its path.</returns>
    public static string Program(string name, string package)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

        IsMet(path is not null, $"'{name}' is not installed; it comes with the package {package}.");
        return path!;
    }
}
