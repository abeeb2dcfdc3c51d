using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.Serialization.Json;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>
/// What the user of a request may call: <c>{"user": name, "endpoints": [{"name": name, "url": url, "methods": document}..]}</c> with the document of
/// docs/protocol.md 10.11, or an <c>error</c> in its place.
/// </summary>
internal static class Description
{
    private const string Inspect = "$/inspect";

    public static async Task SendAsync(HttpContext context, ServedMethods methods)
    {
        context.Response.ContentType = "application/json";
        var json = new Utf8JsonWriter(context.Response.BodyWriter);

        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WriteString("user", context.User.Identity is { IsAuthenticated: true } user ? user.Name ?? "" : null);
            json.WriteStartArray("endpoints");

            for (int i = 0; i < methods.Endpoints.Count; i++)
            {
                await WriteAsync(json, context, methods, i).ConfigureAwait(false);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static async Task WriteAsync(Utf8JsonWriter json, HttpContext context, ServedMethods methods, int index)
    {
        ServedEndpoint endpoint = methods.Endpoints[index];
        json.WriteStartObject();
        string? url = methods.FindUrl(index);
        json.WriteString("name", url is null || endpoint.Name is null ? url ?? endpoint.ToString() : $"{endpoint.Name} at {url}");
        json.WriteString("url", url);

        try
        {
            PageConnection connection = await methods.ConnectAsync(context, endpoint).ConfigureAwait(false);

            await using (connection.ConfigureAwait(false))
            {
                var options = new MprpcCallOptions { CancellationToken = context.RequestAborted };
                MprpcRaw document = await connection.Calls.CallAsync<MprpcRaw>(Inspect, options).ConfigureAwait(false);
                string text = MessagePackToJson.Write(document.Memory);
                json.WritePropertyName("methods");
                json.WriteRawValue(text, skipInputValidation: true);
            }
        }
        catch (Exception exception) when (CallError.IsOne(exception))
        {
            json.WritePropertyName("error");
            json.WriteRawValue(CallError.Write(exception), skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}
