using System.Security.Cryptography;
using System.Text;

namespace Mprpc.Tool.Descriptions;

/// <summary>The names of a server's methods as it last told them: completion offers them without a connection.</summary>
internal static class MethodCache
{
    public static void Keep(string url, ServerDescription server)
    {
        try
        {
            string file = FileOf(url);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllLines(file, server.Methods.Select(method => method.Name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Completion is a convenience: a home that cannot be written to is no reason to fail.
        }
    }

    public static IReadOnlyList<string> Read(string url)
    {
        try
        {
            return File.ReadAllLines(FileOf(url));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string FileOf(string url)
    {
        string folder = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(folder, "mprpc", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)).AsSpan(0, 16)) + ".methods");
    }
}
