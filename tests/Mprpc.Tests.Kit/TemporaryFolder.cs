namespace Mprpc.Tests.Kit;

/// <summary>A folder for sockets, short enough for the 108 bytes of their names, and gone with its test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mprpc");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
