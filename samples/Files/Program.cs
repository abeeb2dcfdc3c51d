using System.Security.Cryptography;
using Files;
using Mprpc;
using Mprpc.Client;

// Server and client in one process: uploads a file and downloads it again, in constant memory.
// dotnet run --project samples/Files [mebibytes]
int mebibytes = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 64;
string folder = Directory.CreateTempSubdirectory("mprpc-files-").FullName;

var builder = WebApplication.CreateBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Services.AddMprpc();
builder.Services.AddSingleton(new FileStore(folder));
var app = builder.Build();
app.MapMprpcService<FileStore>("tcp://127.0.0.1:6010");
await app.StartAsync();

try
{
    await using var client = await MprpcClient.ConnectAsync("tcp://127.0.0.1:6010", new MprpcClientOptions { Extensions = MprpcExtensions.Always });
    IFiles files = client.As<IFiles>();
    string original = Path.Combine(folder, "original");
    long size = await MakeFileAsync(original, mebibytes);

    await using (FileStream source = File.OpenRead(original))
    {
        await using Stream told = MprpcStream.AsStream(Progress.OfAsync(MprpcStream.ReadAsync(source), "sent", size));
        long sent = await files.UploadAsync("copy.bin", told, CancellationToken.None);
        Console.WriteLine($"The server has {sent:N0} bytes.");
    }

    string back = Path.Combine(folder, "back");

    await using (FileStream target = File.Create(back))
    {
        await using Stream content = await files.DownloadAsync("copy.bin", CancellationToken.None);
        await MprpcStream.CopyToAsync(Progress.OfAsync(MprpcStream.ReadAsync(content), "received", size), target);
    }

    Console.WriteLine(await HashOfAsync(original) == await HashOfAsync(back) ? "The same bytes came back." : "Other bytes came back!");

    try
    {
        await files.DownloadAsync("nothing.bin", CancellationToken.None);
    }
    catch (MprpcRemoteException exception)
    {
        Console.WriteLine($"{exception.Code}: {exception.Message}");
    }

    Console.WriteLine($"{Environment.WorkingSet / (1024 * 1024):N0} MiB of memory are in use, for server and client together.");
}
finally
{
    await app.StopAsync();
    Directory.Delete(folder, recursive: true);
}

static async Task<long> MakeFileAsync(string path, int mebibytes)
{
    byte[] piece = new byte[1024 * 1024];
    await using FileStream file = File.Create(path);

    for (int i = 0; i < mebibytes; i++)
    {
        Random.Shared.NextBytes(piece);
        await file.WriteAsync(piece);
    }

    return file.Length;
}

static async Task<string> HashOfAsync(string path)
{
    await using FileStream file = File.OpenRead(path);
    return Convert.ToHexString(await SHA256.HashDataAsync(file));
}
