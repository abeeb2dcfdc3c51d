namespace Mprpc.AspNetCore.Tests.Kit;

internal static class FileRights
{
    /// <summary>A file's mode; skips the test where files have none.</summary>
    public static UnixFileMode Of(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        return OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
    }
}
