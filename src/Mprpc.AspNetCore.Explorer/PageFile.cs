using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>A file of the page, as the package brings it.</summary>
/// <param name="content">Its bytes.</param>
/// <param name="type">Its media type.</param>
internal sealed class PageFile(byte[] content, string type)
{
    private const string Folder = "Page/";

    private readonly string _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"";

    /// <summary>All files, by name.</summary>
    public static IReadOnlyDictionary<string, PageFile> All { get; }
        = typeof(PageFile).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .ToDictionary(name => name[Folder.Length..], name => new PageFile(Read(name), TypeOf(name)), StringComparer.Ordinal);

    public async Task SendAsync(HttpContext context)
    {
        // Asked for each time, so that a newer package is seen at once.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = _tag;

        if (context.Request.Headers.IfNoneMatch == _tag)
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = type;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };

    private static byte[] Read(string name)
    {
        using Stream stream = typeof(PageFile).Assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
