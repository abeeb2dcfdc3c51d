using System.Runtime.CompilerServices;
using Mprpc;

namespace Files;

/// <summary>Keeps files in a folder.</summary>
public sealed class FileStore(string folder) : IFiles
{
    public async Task<long> UploadAsync(string name, IAsyncEnumerable<ReadOnlyMemory<byte>> content, CancellationToken stop)
    {
        string path = PathOf(name);
        string unfinished = $"{path}.{Guid.NewGuid():N}.part";

        try
        {
            long size;

            await using (FileStream file = File.Create(unfinished))
            {
                size = await MprpcStream.CopyToAsync(content, file, stop);
            }

            File.Move(unfinished, path, overwrite: true);       // nobody sees half a file
            return size;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> DownloadAsync(string name, [EnumeratorCancellation] CancellationToken stop)
    {
        string path = PathOf(name);

        if (!File.Exists(path))
        {
            throw new MprpcException($"There is no file '{name}'.", "not_found");
        }

        await using FileStream file = File.OpenRead(path);

        await foreach (ReadOnlyMemory<byte> piece in MprpcStream.ReadAsync(file).WithCancellation(stop))
        {
            yield return piece;
        }
    }

    // What a peer sends is data: it names a file of this folder, or none.
    private string PathOf(string name)
        => name.Length is > 0 and <= 100 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_') && name[0] != '.'
            ? Path.Combine(folder, name)
            : throw new MprpcException("The name of a file has 1 to 100 letters, digits, '.', '-' and '_', and no '.' at its start.", "invalid_name");
}
