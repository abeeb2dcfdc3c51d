namespace Mprpc.AspNetCore.Endpoints;

/// <summary>The file of a Unix socket that this process has bound, told from one that somebody has put in its place by when it was made.</summary>
internal sealed class SocketFile(string path)
{
    private readonly DateTime _created = File.GetCreationTimeUtc(path);

    /// <summary>Removes it, unless it is another by now.</summary>
    public void Remove()
    {
        try
        {
            // A file that is not there was made in 1601.
            if (File.GetCreationTimeUtc(path) == _created)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It stays, and the next start replaces it.
        }
    }
}
