using Mprpc;

namespace Files;

/// <summary>What the server keeps: files, whose bytes travel as streams.</summary>
[MprpcService(Prefix = "files")]
public interface IFiles
{
    /// <summary>Keeps a file.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="content">Its bytes, read while they come.</param>
    /// <param name="stop">Ends the upload; what has come is dropped.</param>
    /// <returns>How many bytes it has.</returns>
    Task<long> UploadAsync(string name, Stream content, CancellationToken stop);

    /// <summary>Gives a file back.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="stop">Ends the download.</param>
    /// <returns>Its bytes; whoever asks for them disposes the stream.</returns>
    Task<Stream> DownloadAsync(string name, CancellationToken stop);
}
