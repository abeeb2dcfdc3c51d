using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Tests.Kit;

internal sealed record LogEntry(string Category, LogLevel Level, EventId Event, string Message, Exception? Exception);
