using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Certificate;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc;

namespace Snippets.Auth;

internal static class Auth
{
    public static void Serve(WebApplicationBuilder builder)
    {
        // snippet: auth/service
        builder.Services.AddAuthentication().AddJwtBearer();
        builder.Services.AddAuthorization(options => options.AddPolicy("adult", policy => policy.Requirements.Add(new MinimumAge(18))));
        builder.Services.AddMprpc();

        var app = builder.Build();
        app.MapMprpcService<Shop>(6000).RequireAuthorization();
        // end snippet
    }

    public static void MapCertificates(WebApplication app)
    {
        // snippet: auth/client-certificate
        app.MapMprpcService<Shop>("tls://*:6443").RequireAuthorization().WithEndpoint(options =>
        {
            options.UseTls(tls => tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate);
            options.AuthenticationScheme = CertificateAuthenticationDefaults.AuthenticationScheme;
        });
        // end snippet
    }

    public static void MapUnixPeers(WebApplication app)
    {
        // snippet: auth/unix-peer
        app.MapMprpcService<Admin>("unix:///run/shop.sock")
            .WithEndpoint(options => options.UsePeerCredentials = true)
            .RequireAuthorization(policy => policy.RequireClaim("uid", "0", "1000"));
        // end snippet
    }

    public static void MapForBackends(WebApplication app)
    {
        // snippet: auth/call-credentials
        app.MapMprpcService<Shop>("tls://*:6443").RequireAuthorization()
            .WithEndpoint(options => options.AllowCallCredentials = true);
        // end snippet
    }

    public static void AddBackend(IServiceCollection services)
    {
        // snippet: auth/backend
        services.AddHttpContextAccessor();
        services.AddMprpcClient<IShop>("shop").AddFilter<ForUser>();
        // end snippet
    }
}

// snippet: auth/backend
sealed class ForUser(IHttpContextAccessor http) : IMprpcClientFilter
{
    public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
    {
        string credential = http.HttpContext?.Request.Headers.Authorization.SingleOrDefault()
            ?? throw new InvalidOperationException("A call for nobody.");       // else it would be made as the backend itself
        call.Options = call.Options with { Metadata = new MprpcMetadata { ["authorization"] = credential } };
        return next(call);
    }
}
// end snippet

[MprpcService]
internal interface IShop
{
    Task BuyAsync(string what);
}

// snippet: auth/service
class Shop(Catalog catalog)
{
    [AllowAnonymous] public Price[] ListPrices() => catalog.List();
    [Authorize("adult")] public Task BuyAsync(string what, MprpcCallContext call) => catalog.BuyAsync(what, call.User);
    [Authorize(Roles = "admin")] public void SetPrice(string what, Price price) => catalog.SetPrice(what, price);
}
// end snippet

internal sealed class Admin
{
    public void Reload()
    {
    }
}

internal sealed record Price(string What, decimal Euros);

internal sealed record MinimumAge(int Years) : IAuthorizationRequirement;

internal abstract class Catalog
{
    public abstract Price[] List();

    public abstract Task BuyAsync(string what, ClaimsPrincipal user);

    public abstract void SetPrice(string what, Price price);
}
