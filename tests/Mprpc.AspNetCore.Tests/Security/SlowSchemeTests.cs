using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>A scheme that asks something which does not answer holds nobody up for longer than <see cref="MprpcAuthenticationOptions.LoginTimeout"/>.</summary>
public sealed class SlowSchemeTests
{
    [Theory]
    [InlineData("guarded")]
    [InlineData(SecuredHost.Login, SlowHandler.Name, "token")]
    public async Task Scheme_ThatDoesNotAnswer_IsGivenUpAfterTheLoginTimeout(string method, params string[] arguments)
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            server: options => options.Authentication.Schemes.Add(SlowHandler.Name),
            services: services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, SlowHandler>(SlowHandler.Name, _ => { });
            });
        await using MprpcClient client = host.CreateClient();

        Task<string?> call = client.CodeOfAsync(method, [.. arguments]);
        await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), call, "the answer");

        Assert.Equal("unauthenticated", await call);
        Assert.Contains(SlowHandler.Name, (await host.Log.WaitForAsync(154)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_ThatItsPeerCancels_GoesOnAndCountsAsRefused()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            server: options => options.Authentication.Schemes.Add(SlowHandler.Name),
            services: services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, SlowHandler>(SlowHandler.Name, _ => { });
            });
        await using RawPeer peer = await host.DialAsync();

        for (int id = 0; id < 6; id++)
        {
            await peer.SendAsync($"94 00 {id:x2} ae 242f61757468656e746963617465 92 a4 536c6f77 a1 78   93 02 a8 242f63616e63656c 91 {id:x2}");
        }

        Task<List<string>> answers = peer.ReadMessagesAsync(6);
        await clock.AdvanceUntilAsync(TimeSpan.FromSeconds(1), answers, "the answers");
        string rest = await peer.ReadToAnyEndAsync();

        Assert.All(await answers, answer => Assert.Contains(Hex.Text("unauthenticated: "u8), answer, StringComparison.Ordinal));
        Assert.Equal("", rest);
    }

    private sealed class Service
    {
        [Authorize(AuthenticationSchemes = SlowHandler.Name)]
        public void Guarded()
        {
        }
    }

    private sealed class SlowHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        public const string Name = "Slow";

        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            await Task.Delay(Timeout.Infinite, Context.RequestAborted);
            return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(Name)), Name));
        }
    }
}
