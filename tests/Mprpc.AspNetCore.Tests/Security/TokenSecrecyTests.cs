using System.Globalization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>A token reaches no log, no error and no text of ours, whatever becomes of it.</summary>
public sealed class TokenSecrecyTests
{
    private const string Secret = "S3cr3tS3cr3t";

    [Theory]
    [InlineData($"alice;secret={Secret}", "Token")]
    [InlineData($"alice;secret={Secret}", "Nonsense")]
    [InlineData($"mallory;secret={Secret}", "Token")]
    [InlineData($"{TokenHandler.Throwing};secret={Secret}", "Token")]
    [InlineData("Token", $"{Secret}")]      // the two mixed up
    public async Task Token_OfALogin_IsInNoLogAndNoAnswer(string token, string scheme)
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Logging.SetMinimumLevel(LogLevel.Trace);
                SecuredHost.AddSecurity(builder.Services);
                builder.Services.AddMprpc(options =>
                {
                    options.EnableDetailedErrors = true;
                    options.IncludeLogScopes = true;
                    options.Authentication.PresentToken("Broken", static (_, token) => throw new InvalidOperationException(token));
                });
            },
            app => app.MapMprpcService<Service>(0));
        await using MprpcClient client = host.CreateClient();
        List<string> told = [];

        foreach (object?[] arguments in new object?[][] { [scheme, token], [scheme, token, 1], [token], ["Broken", token] })
        {
            told.Add(Text(await Record.ExceptionAsync(() => client.CallAsync(SecuredHost.Login, arguments).InTime())));
        }

        told.Add(Text(await Record.ExceptionAsync(() => client.CallAsync("admin").InTime())));
        await host.App.StopAsync().InTime();

        Assert.Contains(host.Log.Entries, entry => entry.Level == LogLevel.Trace || entry.Category == "Mprpc.Security");
        Assert.DoesNotContain(told, text => text.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.Entries, entry => IsOurs(entry) && Text(entry).Contains(Secret, StringComparison.Ordinal));
    }

    /// <summary>The careless handler's own failures are logged by its base class, not by us: to log them is the application's choice.</summary>
    private static bool IsOurs(LogEntry entry) => !entry.Category.EndsWith(nameof(TokenHandler), StringComparison.Ordinal);

    private static string Text(LogEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Message} {entry.Event.Name} {entry.Exception}");

    private static string Text(Exception? exception) => exception?.ToString() ?? "";

    private sealed class Service
    {
        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }
}
