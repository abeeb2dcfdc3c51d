using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Mprpc.Serialization.Json;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>The JSON object that a request brings.</summary>
internal static class RequestBody
{
    // Four times the largest message by default: what a value takes more as JSON.
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <exception cref="BadRequestException">It is none.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;

        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            body.Write(buffer, 0, count);

            if (body.Length > MaxBytes)
            {
                throw new BadRequestException($"The request exceeds {MaxBytes:N0} bytes.", StatusCodes.Status413PayloadTooLarge);
            }
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(body.ToArray(), new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth + 2 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw new BadRequestException($"The request is {document.RootElement.ValueKind}; allowed is a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new BadRequestException($"The request is not JSON: {exception.Message}", innerException: exception);
        }
    }

    /// <exception cref="BadRequestException">There is no such text.</exception>
    public static string TextOf(JsonElement request, string name)
        => request.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && TryGet(value) is { } text
            ? text
            : throw new BadRequestException($"The request lacks the text '{name}'.");

    private static string? TryGet(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;        // half a surrogate pair, which no text has
        }
    }
}
