using System.Buffers;
using System.Text.Json;
using Mprpc.AspNetCore.Explorer.Calls;
using Mprpc.AspNetCore.Hosting;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>What is seen at one moment, as the page reads it. Times are milliseconds.</summary>
internal static class Snapshot
{
    // More than people read; their number is told.
    private const int MaxRows = 200;

    public static byte[] Write(RpcServer server, bool isDraining, CallStatistics statistics, double seconds)
    {
        var buffer = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(buffer))
        {
            (MethodFigures all, IReadOnlyList<MethodFigures> methods) = statistics.Turn(seconds);
            json.WriteStartObject();
            json.WriteString("state", isDraining ? "draining" : server.IsReady ? "serving" : "starting");
            json.WriteNumber("running", server.RunningCallCount);
            json.WritePropertyName("all");
            Write(json, all);
            json.WriteNumber("methodCount", methods.Count);
            json.WriteStartArray("methods");

            foreach (MethodFigures method in methods
                .OrderByDescending(method => method.Calls).ThenBy(method => method.Name, StringComparer.Ordinal).Take(MaxRows))
            {
                Write(json, method);
            }

            json.WriteEndArray();
            json.WriteStartObject("limits");

            foreach ((string limit, long count) in statistics.Limits.OrderBy(limit => limit.Key, StringComparer.Ordinal))
            {
                json.WriteNumber(limit, count);
            }

            json.WriteEndObject();
            WriteConnections(json, [.. server.Connections.Where(static connection => !IsOwn(connection))]);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether a connection is the page's.</summary>
    public static bool IsOwn(MprpcConnection connection) => connection.Features.Get<PageMark>() is not null;

    private static void Write(Utf8JsonWriter json, MethodFigures figures)
    {
        json.WriteStartObject();
        json.WriteString("name", figures.Name);
        json.WriteNumber("calls", figures.Calls);
        json.WriteNumber("errors", figures.Errors);
        json.WriteNumber("rate", Math.Round(figures.Rate, 1));
        WriteTime(json, "p50", figures.Median);
        WriteTime(json, "p99", figures.Slowest);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, double? seconds)
    {
        if (seconds is { } time)
        {
            json.WriteNumber(name, Math.Round(time * 1000, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteConnections(Utf8JsonWriter json, MprpcConnection[] connections)
    {
        json.WriteNumber("connectionCount", connections.Length);
        json.WriteStartArray("connections");

        foreach (RpcConnection connection in connections.OrderBy(connection => connection.Id, StringComparer.Ordinal).Take(MaxRows).Cast<RpcConnection>())
        {
            json.WriteStartObject();
            json.WriteString("id", connection.Id);
            json.WriteString("endpoint", connection.Origin);
            json.WriteString("remote", connection.RemoteEndPoint?.ToString());
            json.WriteString("user", connection.User.Identity is { IsAuthenticated: true } user ? user.Name ?? "" : null);
            json.WriteNumber("calls", connection.RunningCalls.Count);
            json.WriteNumber("streams", connection.StreamCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
