using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Mprpc.Serialization.Json;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>
/// One call, answered as it goes on, a JSON object a line: <c>{"item": value}</c> of a stream, and last <c>{"result": value}</c>, <c>{"end": count}</c> or
/// <c>{"error": {..}}</c>, each with the <c>milliseconds</c> since the begin. The call is cancelled when the browser goes.
/// </summary>
internal sealed class PageCall(HttpContext context, ServedMethods methods, CallRequest request)
{
    private readonly TimeProvider _clock = TimeProvider.System;
    private long _start;

    /// <exception cref="BadRequestException">There is no such endpoint.</exception>
    public async Task RunAsync()
    {
        if (request.Endpoint < 0 || request.Endpoint >= methods.Endpoints.Count)
        {
            throw new BadRequestException(
                $"There is no endpoint {request.Endpoint}; allowed are 0 to {methods.Endpoints.Count - 1}.", StatusCodes.Status404NotFound);
        }

        context.Response.ContentType = "application/x-ndjson";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        try
        {
            PageConnection connection = await methods.ConnectAsync(context, methods.Endpoints[request.Endpoint]).ConfigureAwait(false);

            await using (connection.ConfigureAwait(false))
            {
                _start = _clock.GetTimestamp();
                await CallAsync(connection.Calls).ConfigureAwait(false);
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads what comes of it.
        }
        catch (Exception exception) when (CallError.IsOne(exception))
        {
            await SendAsync("error", CallError.Write(exception)).ConfigureAwait(false);
        }
    }

    private Task CallAsync(MprpcConnection connection)
    {
        var options = new MprpcCallOptions { CancellationToken = context.RequestAborted };
        return request.IsStream ? StreamAsync(connection, options) : CallOnceAsync(connection, options);
    }

    private async Task CallOnceAsync(MprpcConnection connection, MprpcCallOptions options)
    {
        MprpcRaw result = await connection.CallAsync<MprpcRaw>(request.Method, options, request.Arguments).ConfigureAwait(false);
        await SendAsync("result", MessagePackToJson.Write(result.Memory), result.Memory.Length).ConfigureAwait(false);
    }

    private async Task StreamAsync(MprpcConnection connection, MprpcCallOptions options)
    {
        long count = 0;
        IAsyncEnumerable<MprpcRaw> items
            = connection.StreamAsync<MprpcRaw>(request.Method, new MprpcStreamOptions { Call = options }, request.Arguments);

        await foreach (MprpcRaw item in items.WithCancellation(context.RequestAborted).ConfigureAwait(false))
        {
            count++;
            await SendAsync("item", MessagePackToJson.Write(item.Memory), item.Memory.Length).ConfigureAwait(false);
        }

        await SendAsync("end", count.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
    }

    /// <summary>Sends a line.</summary>
    /// <param name="name">What it tells.</param>
    /// <param name="value">As JSON.</param>
    /// <param name="bytes">How large it is as MessagePack, if it is a value.</param>
    private async Task SendAsync(string name, string value, int? bytes = null)
    {
        TimeSpan time = _start == 0 ? TimeSpan.Zero : _clock.GetElapsedTime(_start);
        var json = new Utf8JsonWriter(context.Response.BodyWriter);

        await using (json.ConfigureAwait(false))
        {
            json.WriteStartObject();
            json.WritePropertyName(name);
            json.WriteRawValue(value, skipInputValidation: true);
            json.WriteNumber("milliseconds", Math.Round(time.TotalMilliseconds, 3));

            if (bytes is { } size)
            {
                json.WriteNumber("bytes", size);
            }

            json.WriteEndObject();
        }

        await context.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }
}
