using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore.Tests.Security.Kit;

/// <summary>A scheme that asks somebody who takes his time: it answers about tokens when its gate is opened.</summary>
internal sealed class GatedHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, GatedHandler.Gate gate)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "Gated";

    public static void Add(IServiceCollection services, Gate gate)
    {
        services.AddSingleton(gate);
        services.AddAuthentication(Name).AddScheme<AuthenticationSchemeOptions, GatedHandler>(Name, _ => { });
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header, ..])
        {
            return AuthenticateResult.NoResult();
        }

        gate.Enter();
        await gate.Opened.Task.WaitAsync(gate.HeedsCancellation ? Context.RequestAborted : CancellationToken.None);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], Name);
        return header == "Bearer alice"
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Name))
            : AuthenticateResult.Fail("no");
    }

    public sealed class Gate
    {
        private int _entered;

        public bool HeedsCancellation { get; init; } = true;

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Entered => Volatile.Read(ref _entered);

        public void Enter() => Interlocked.Increment(ref _entered);
    }
}
