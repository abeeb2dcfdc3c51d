using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Mprpc.Serialization.Json;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>A call as the page asks for it: <c>{"endpoint": index, "method": name, "args": [value..], "stream": bool}</c>.</summary>
/// <param name="Endpoint">Whose method it is: the place in the description.</param>
/// <param name="Method">Its wire name.</param>
/// <param name="Arguments">Each encoded.</param>
/// <param name="IsStream">Whether to read the result as a stream.</param>
internal sealed record CallRequest(int Endpoint, string Method, object?[] Arguments, bool IsStream)
{
    /// <exception cref="BadRequestException">The request asks for no call.</exception>
    public static async Task<CallRequest> ReadAsync(HttpContext context)
    {
        using JsonDocument document = await RequestBody.ReadAsync(context).ConfigureAwait(false);
        JsonElement root = document.RootElement;

        if (!root.TryGetProperty("args", out JsonElement arguments) || arguments.ValueKind != JsonValueKind.Array)
        {
            throw new BadRequestException("The request lacks the array 'args'.");
        }

        return new CallRequest(
            root.TryGetProperty("endpoint", out JsonElement endpoint) && endpoint.ValueKind == JsonValueKind.Number && endpoint.TryGetInt32(out int index)
                ? index
                : throw new BadRequestException("The request lacks the number 'endpoint'."),
            RequestBody.TextOf(root, "method"),
            Encode(arguments),
            root.TryGetProperty("stream", out JsonElement stream) && stream.ValueKind == JsonValueKind.True);
    }

    private static object?[] Encode(JsonElement arguments)
    {
        var encoder = new JsonToMessagePack();
        var encoded = new object?[arguments.GetArrayLength()];

        for (int i = 0; i < encoded.Length; i++)
        {
            try
            {
                encoded[i] = new MprpcRaw(encoder.Encode(arguments[i]));
            }
            catch (ValueException exception)
            {
                throw new BadRequestException($"Argument {i + 1} cannot be sent: {exception.Message}", innerException: exception);
            }
        }

        return encoded;
    }
}
