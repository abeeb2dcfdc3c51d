using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>The same policies, handlers and users over HTTP and over MessagePack-RPC: the verdicts are the same.</summary>
public sealed class HttpParityTests
{
    private static readonly string?[] Users =
    [
        null, "alice", "alice;role=admin", "bob;role=dev;age=18", "bob;role=admin;role=dev;age=17", "alice;age=21;via=door", "mallory",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verdicts_OfEachPolicyForEachUser_AreThoseOfHttp(bool hasFallback)
    {
        MethodInfo[] methods = typeof(Policed).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                SecuredHost.AddSecurity(builder.Services, options => AddPolicies(options, hasFallback))
                    .AddScheme<AuthenticationSchemeOptions, TokenHandler>("Second", _ => { });
                builder.Services.AddSingleton<IAuthorizationHandler, AgeHandler>();
                builder.Services.AddMprpc();
            },
            app =>
            {
                foreach (MethodInfo method in methods)
                {
                    app.MapGet($"/{method.Name}", static () => "").WithMetadata([.. method.GetCustomAttributes()]);
                }

                app.MapGet("/built", static () => "").RequireAuthorization(policy => policy.RequireClaim("via"));
                app.MapMprpcService<Policed>(0);
                app.MapMprpcService<Built>(0).RequireAuthorization(policy => policy.RequireClaim("via"));
            });
        List<string> http = [];
        List<string> rpc = [];

        foreach (string? user in Users)
        {
            await using MprpcClient client = await ClientAsync(host.Endpoints[0], user);
            await using MprpcClient built = await ClientAsync(host.Endpoints[1], user);

            foreach (string method in methods.Select(method => method.Name))
            {
                http.Add($"{user} {method}: {await HttpAsync(host, method, user)}");
                rpc.Add($"{user} {method}: {await client.CodeOfAsync(method.ToLowerInvariant())}");
            }

            http.Add($"{user} built: {await HttpAsync(host, "built", user)}");
            rpc.Add($"{user} built: {await built.CodeOfAsync("built")}");
        }

        Assert.Equal(http, rpc);
        Assert.Equal(3, rpc.Select(verdict => verdict[(verdict.LastIndexOf(':') + 1)..]).Distinct().Count());
    }

    private static void AddPolicies(AuthorizationOptions options, bool hasFallback)
    {
        options.AddPolicy("adult", policy => policy.AddRequirements(new AgeRequirement(18)));
        options.AddPolicy("dev", policy => policy.RequireRole("dev"));
        options.AddPolicy("asserted", policy => policy.RequireAssertion(context => context.User.HasClaim("via", "door")));
        options.AddPolicy("second", policy => policy.AddAuthenticationSchemes("Second").RequireAuthenticatedUser());
        options.AddPolicy("anyscheme", policy => policy.AddAuthenticationSchemes(CertificateHandler.Name, TokenHandler.Name).RequireClaim("age"));
        options.FallbackPolicy = hasFallback ? new AuthorizationPolicyBuilder().RequireRole("admin").Build() : null;
    }

    private static async Task<MprpcClient> ClientAsync(EndPoint endPoint, string? user)
    {
        var client = new MprpcClient($"tcp://{endPoint}");

        if (user is not null)
        {
            // One of them is nobody's: over HTTP too its calls are then those of an anonymous user.
            await client.CodeOfAsync(SecuredHost.Login, TokenHandler.Name, user);
        }

        return client;
    }

    private static async Task<string?> HttpAsync(RpcHost host, string method, string? user)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{host.Http}/{method}"));
        request.Headers.Authorization = user is null ? null : new AuthenticationHeaderValue("Bearer", user);
        using HttpResponseMessage response = await client.SendAsync(request).InTime();
        return response.StatusCode switch
        {
            HttpStatusCode.OK => null,
            HttpStatusCode.Unauthorized => "unauthenticated",
            HttpStatusCode.Forbidden => "forbidden",
            _ => response.StatusCode.ToString(),
        };
    }

    private sealed class Policed
    {
        public void Nothing()
        {
        }

        [AllowAnonymous]
        public void Anyone()
        {
        }

        [Authorize]
        public void User()
        {
        }

        [Authorize(Roles = "admin,dev")]
        public void Either()
        {
        }

        [Authorize(Roles = "admin")]
        [Authorize(Roles = "dev")]
        public void Both()
        {
        }

        [Authorize("adult")]
        public void Adult()
        {
        }

        [Authorize("adult", Roles = "dev")]
        [MprpcMethod("adultdev")]
        public void AdultDev()
        {
        }

        [Authorize("dev")]
        public void Dev()
        {
        }

        [Authorize("asserted")]
        public void Asserted()
        {
        }

        [Authorize("anyscheme")]
        [MprpcMethod("anyscheme")]
        public void AnyScheme()
        {
        }

        [Authorize(AuthenticationSchemes = TokenHandler.Name)]
        public void Token()
        {
        }

        [Authorize(AuthenticationSchemes = CertificateHandler.Name)]
        public void Certificate()
        {
        }

        [MinimumAge(18)]
        [MprpcMethod("ageattribute")]
        public void AgeAttribute()
        {
        }

        [Authorize]
        [AllowAnonymous]
        [MprpcMethod("authorizeanyone")]
        public void AuthorizeAnyone()
        {
        }
    }

    private sealed class Built
    {
        [MprpcMethod("built")]
        public void Run()
        {
        }
    }

    private sealed record AgeRequirement(int Age) : IAuthorizationRequirement;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class MinimumAgeAttribute(int age) : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new AgeRequirement(age)];
    }

    private sealed class AgeHandler : AuthorizationHandler<AgeRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AgeRequirement requirement)
        {
            if (int.TryParse(context.User.FindFirst("age")?.Value, out int age) && age >= requirement.Age)
            {
                context.Succeed(requirement);
            }

            return Task.CompletedTask;
        }
    }
}
