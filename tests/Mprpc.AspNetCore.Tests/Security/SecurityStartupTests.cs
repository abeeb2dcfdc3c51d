using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>What an application lacks for its security, it hears at its start.</summary>
public sealed class SecurityStartupTests
{
    [Fact]
    public async Task Authorize_WithoutAddAuthorization_FailsTheStartWithTheRemedy()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync<Service>());

        Assert.Contains("AddAuthorization()", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Service.User", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_ThatIsNotThere_FailsTheStartWithItsNameAndTheMethods()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => SecuredHost.StartAsync<NamesPolicy>());

        Assert.Contains("'nosuch'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("NamesPolicy.Run", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AddPolicy", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequireAuthentication_WithoutAnyWayToLogIn_FailsTheStartWithTheRemedy()
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Open>(0).WithEndpoint(options => options.RequireAuthentication = true)));

        Assert.Contains("AddAuthentication()", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "AddAuthentication()")]
    [InlineData(true, "'nosuch'")]
    public async Task AuthenticationScheme_ThatIsNotThere_FailsTheStartWithTheRemedy(bool hasAuthentication, string said)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc();

                if (hasAuthentication)
                {
                    builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenHandler>(TokenHandler.Name, _ => { });
                }
            },
            app => app.MapMprpcService<Open>(0).WithEndpoint(options => options.AuthenticationScheme = "nosuch")));

        Assert.Contains(said, exception.Message, StringComparison.Ordinal);
        Assert.Contains("MprpcEndpointOptions.AuthenticationScheme", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxFailedLogins", "0")]
    [InlineData("MaxMessageSizeBeforeLogin", "0")]
    [InlineData("MaxCallsInFlightBeforeLogin", "-1")]
    [InlineData("LoginTimeout", "00:00:00")]
    public async Task Option_OutOfRange_FailsTheStartWithItsKey(string option, string value)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration[$"Mprpc:Authentication:{option}"] = value;
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Open>(0)));

        Assert.Contains($"Mprpc:Authentication:{option} (MprpcServerOptions.Authentication.{option})", exception.Message, StringComparison.Ordinal);
    }

    private sealed class Open
    {
        public void Run()
        {
        }
    }

    private sealed class Service
    {
        [Authorize]
        public void User()
        {
        }
    }

    private sealed class NamesPolicy
    {
        [Authorize("nosuch")]
        public void Run()
        {
        }
    }
}
