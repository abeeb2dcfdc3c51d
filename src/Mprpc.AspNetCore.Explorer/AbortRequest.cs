using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Mprpc.AspNetCore.Explorer.Calls;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>The wish to close a connection: <c>{"connection": id}</c>.</summary>
internal static class AbortRequest
{
    /// <exception cref="BadRequestException">The request names none.</exception>
    public static async Task<string> ReadAsync(HttpContext context)
    {
        using JsonDocument document = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        return RequestBody.TextOf(document.RootElement, "connection");
    }
}
