using Mprpc;

namespace Files;

/// <summary>Keeps files in a folder.</summary>
public sealed class FileStore(string folder) : IFiles
{
    public async Task<long> UploadAsync(string name, Stream content, CancellationToken stop)
    {
        string path = PathOf(name);
        string unfinished = $"{path}.{Guid.NewGuid():N}.part";

        try
        {
            long size;

            await using (FileStream file = File.Create(unfinished))
            {
                await content.CopyToAsync(file, stop);
                size = file.Length;
            }

            File.Move(unfinished, path, overwrite: true);       // nobody sees half a file
            return size;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    // The server disposes the stream when it is sent, or not wanted any more.
    public Task<Stream> DownloadAsync(string name, CancellationToken stop)
        => PathOf(name) is var path && File.Exists(path)
            ? Task.FromResult<Stream>(File.OpenRead(path))
            : throw new MprpcException($"There is no file '{name}'.", "not_found");

    // What a peer sends is data: it names a file of this folder, or none.
    private string PathOf(string name)
        => name.Length is > 0 and <= 100 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_') && name[0] != '.'
            ? Path.Combine(folder, name)
            : throw new MprpcException("The name of a file has 1 to 100 letters, digits, '.', '-' and '_', and no '.' at its start.", "invalid_name");
}
