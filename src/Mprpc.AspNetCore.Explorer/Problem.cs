using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Mprpc.AspNetCore.Explorer;

/// <summary>A request that is refused, as the page reads it: <c>{"error": {"message": text}}</c>.</summary>
internal static class Problem
{
    public static async Task SendAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(context.Response.BodyWriter);

        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteStartObject("error");
            json.WriteString("message", message);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
