using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>
/// Every way to register a service, with everything that can be said of its methods at every place where it can be said: the verdict is HTTP's for an endpoint
/// of which the same is said, or the application does not start. There is no list of exceptions.
/// </summary>
public sealed class ParityTests
{
    private static readonly string?[] Users = [null, "alice", "bob;role=admin", "alice;age=18"];
    private static readonly string[] Methods = ["run", "base_run"];

    private static readonly Lazy<Task<Dictionary<string, string?>>> Http = new(() => AskHttpAsync(hasFallback: false));
    private static readonly Lazy<Task<Dictionary<string, string?>>> HttpWithFallback = new(() => AskHttpAsync(hasFallback: true));

    public static TheoryData<Registration, ServiceLifetime, bool, bool> Ways
    {
        get
        {
            var ways = new TheoryData<Registration, ServiceLifetime, bool, bool>();

            foreach (Registration registration in Enum.GetValues<Registration>())
            {
                foreach (ServiceLifetime lifetime
                    in registration is Registration.None or Registration.Instance ? [ServiceLifetime.Singleton] : Enum.GetValues<ServiceLifetime>())
                {
                    ways.Add(registration, lifetime, false, false);
                    ways.Add(registration, lifetime, true, false);
                }

                ways.Add(registration, ServiceLifetime.Singleton, false, true);
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Verdicts_OfEachSampleForEachUser_AreThoseOfHttpOrTheStartFails(
        Registration registration, ServiceLifetime lifetime, bool isServedAsClass, bool hasFallback)
    {
        Dictionary<string, string?> expected = await (hasFallback ? HttpWithFallback : Http).Value;
        List<string> failed = [];
        List<Sample> served = [];
        await using RpcHost host = await StartAsync(registration, lifetime, isServedAsClass, hasFallback, served, failed);
        Dictionary<string, string?> found = await AskRpcAsync(host, served);
        bool isKnown = !IsHidden(registration, isServedAsClass);

        // Where a class is known, all of it is as over HTTP; where it is not, what starts is what its mapping vouches for, and that lets in nobody whom HTTP
        // would not.
        Assert.Equal(Sample.All.Count, served.Count + failed.Count);
        Assert.True(isKnown ? failed.Count == 0 : failed.Count > 0, $"{failed.Count} do not start.");
        Assert.All(
            served.SelectMany(Keys),
            key => Assert.True(
                found[key] == expected[key] || (!isKnown && found[key] is not null),
                $"{key}: {found[key] ?? "allowed"}, and over HTTP {expected[key] ?? "allowed"}"));
    }

    [Fact]
    public async Task Oracle_OfHttp_KnowsEachVerdict()
    {
        // What shows that the other test compares something.
        string?[] verdicts = [.. (await Http.Value).Values.Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal([null, "Filtered.", "forbidden", "rate_limited", "timeout", "unauthenticated"], verdicts);
    }

    /// <summary>Whether the registration says nothing of the class.</summary>
    private static bool IsHidden(Registration registration, bool isServedAsClass)
        => !isServedAsClass
            && registration is (Registration.Factory or Registration.ForwardingFactory or Registration.Decorator or Registration.None or Registration.Keyed);

    private static IEnumerable<string> Keys(Sample sample) => from method in Methods from user in Users select Key(sample, method, user);

    private static string Key(Sample sample, string method, string? user) => $"{sample.Name}.{method} by {user ?? "a stranger"}";

    private static async Task<RpcHost> StartAsync(
        Registration registration, ServiceLifetime lifetime, bool isServedAsClass, bool hasFallback, List<Sample> served, List<string> failed)
    {
        RpcHost host = RpcHost.Build(
            builder =>
            {
                AddPolicies(builder.Services, hasFallback);
                builder.Services.AddMprpc();

                foreach (Sample sample in Sample.All)
                {
                    Register(builder.Services, sample, isServedAsClass ? sample.Class : sample.Contract, registration, lifetime);
                }
            },
            app => app.MapMprpc(0, "ping", () => 0).AllowAnonymous().WithEndpoint(options =>
            {
                foreach (Sample sample in Sample.All)
                {
                    Type service = isServedAsClass ? sample.Class : sample.Contract;

                    try
                    {
                        // As at the start, for this one service.
                        var alone = new MprpcEndpointOptions();
                        alone.Services.Add(CreateRegistration(service, sample));
                        _ = new RpcConnectionHandler(app.Services, alone, app.Services.GetRequiredService<ServerLimits>().For(alone));
                    }
                    catch (InvalidOperationException exception)
                    {
                        failed.Add(exception.Message);
                        continue;
                    }

                    served.Add(sample);
                    options.Services.Add(CreateRegistration(service, sample));
                }
            }));

        await host.App.StartAsync().InTime();
        return host;
    }

    private static ServiceRegistration CreateRegistration(Type service, Sample sample)
    {
        var registration = (ServiceRegistration)Activator.CreateInstance(typeof(ServiceRegistration<>).MakeGenericType(service))!;
        registration.Prefix = sample.Name;
        registration.Conventions.AddRange(sample.Conventions);
        return registration;
    }

    [SuppressMessage("Style", "IDE0010", Justification = "None registers nothing.")]
    private static void Register(IServiceCollection services, Sample sample, Type service, Registration registration, ServiceLifetime lifetime)
    {
        Type made = sample.Class;
        bool isOwn = service == made;

        switch (registration)
        {
            case Registration.Type:
                services.Add(new ServiceDescriptor(service, made, lifetime));
                break;
            case Registration.Instance:
                services.AddSingleton(service, Activator.CreateInstance(made)!);
                break;
            case Registration.Factory:
                services.Add(new ServiceDescriptor(service, _ => Activator.CreateInstance(made)!, lifetime));
                break;
            case Registration.TypedFactory:
                var factory = (Func<IServiceProvider, object>)typeof(ParityTests)
                    .GetMethod(nameof(FactoryOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
                    .MakeGenericMethod(made).Invoke(null, [])!;
                services.Add(new ServiceDescriptor(service, factory, lifetime));
                break;
            case Registration.ForwardingFactory when isOwn:
                services.AddKeyedSingleton(service, "own", made);
                services.Add(new ServiceDescriptor(service, provider => provider.GetRequiredKeyedService(service, "own"), lifetime));
                break;
            case Registration.ForwardingFactory:
                services.Add(new ServiceDescriptor(made, made, lifetime));
                services.Add(new ServiceDescriptor(service, provider => provider.GetRequiredService(made), lifetime));
                break;
            case Registration.OpenGeneric:
                services.Add(new ServiceDescriptor(isOwn ? sample.OpenClass : sample.OpenContract, sample.OpenClass, lifetime));
                break;
            case Registration.Keyed:
                services.Add(new ServiceDescriptor(service, "key", made, lifetime));
                break;
            case Registration.Decorator when isOwn:
                services.Add(new ServiceDescriptor(service, _ => Activator.CreateInstance(made)!, lifetime));
                break;
            case Registration.Decorator:
                services.Add(new ServiceDescriptor(service, _ => DecoratingProxy.Decorate(service, Activator.CreateInstance(made)!), lifetime));
                break;
            case Registration.TryAdd:
                services.TryAdd(new ServiceDescriptor(service, made, lifetime));
                services.TryAdd(new ServiceDescriptor(service, _ => throw new InvalidOperationException("It is there already."), lifetime));
                break;
            case Registration.Overriding:
                services.Add(new ServiceDescriptor(service, _ => throw new InvalidOperationException("It is overridden."), lifetime));
                services.Add(new ServiceDescriptor(service, made, lifetime));
                break;
        }
    }

    private static Func<IServiceProvider, T> FactoryOf<T>()
        where T : new()
        => _ => new T();

    private static async Task<Dictionary<string, string?>> AskRpcAsync(RpcHost host, IReadOnlyList<Sample> samples)
    {
        Dictionary<string, string?> verdicts = [];

        foreach (string? user in Users)
        {
            await using MprpcClient client = host.CreateClient();

            if (user is not null)
            {
                await client.LogInAsync(user);
            }

            (string Key, Task<string?> Code)[] calls =
                [.. from sample in samples from method in Methods select (Key(sample, method, user), client.CodeOfAsync($"{sample.Name}.{method}"))];

            foreach ((string key, Task<string?> code) in calls)
            {
                verdicts.Add(key, await code);
            }
        }

        return verdicts;
    }

    private static async Task<Dictionary<string, string?>> AskHttpAsync(bool hasFallback)
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                AddPolicies(builder.Services, hasFallback);
                builder.Services.AddRequestTimeouts();
                builder.Services.AddMprpc();
            },
            app =>
            {
                app.UseRouting().UseRequestTimeouts().UseRateLimiter().UseAuthentication().UseAuthorization();

                foreach (Sample sample in Sample.All)
                {
                    foreach (string method in Methods)
                    {
                        MapHttp(app, sample, method);
                    }
                }

                app.MapMprpc(0, "ping", () => 0);
            });
        using var client = new HttpClient();
        Dictionary<string, string?> verdicts = [];

        foreach (string? user in Users)
        {
            foreach (Sample sample in Sample.All)
            {
                foreach (string method in Methods)
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{host.Http}/{sample.Name}/{method}"));
                    request.Headers.Authorization = user is null ? null : new AuthenticationHeaderValue("Bearer", user);
                    using HttpResponseMessage response = await client.SendAsync(request).InTime();
                    verdicts.Add(Key(sample, method, user), Verdict(response.StatusCode));
                }
            }
        }

        return verdicts;
    }

    private static void MapHttp(WebApplication app, Sample sample, string method)
    {
        object[] metadata = [.. sample.MetadataOf(method)];
        RouteHandlerBuilder endpoint = app.MapGet(
            $"/{sample.Name}/{method}", (CancellationToken aborted) => sample.Kind == Kind.Timeout ? Body.WaitAsync(aborted) : Body.RunAsync(aborted));
        endpoint.WithMetadata(metadata);

        if (metadata.OfType<RefusingFilterAttribute>().Any())
        {
            endpoint.AddEndpointFilter((_, _) => new ValueTask<object?>(TypedResults.StatusCode(StatusCodes.Status418ImATeapot)));
        }

        if (metadata.OfType<MprpcMethodAttribute>().Any())
        {
            endpoint.WithRequestTimeout(TimeSpan.FromMilliseconds(1));
        }
    }

    private static void AddPolicies(IServiceCollection services, bool hasFallback)
    {
        SecuredHost.AddSecurity(services, options =>
        {
            options.AddPolicy("adult", policy => policy.RequireClaim("age", "18"));
            options.FallbackPolicy = hasFallback ? new AuthorizationPolicyBuilder().RequireRole("admin").Build() : null;
        });
        services.AddRateLimiter(options => options.AddPolicy("none", _ => RateLimitPartition.Get("all", _ => new NoPermits())));
    }

    private static string? Verdict(HttpStatusCode status) => (int)status switch
    {
        StatusCodes.Status200OK => null,
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status418ImATeapot => RefusingFilterAttribute.Refusal,
        StatusCodes.Status503ServiceUnavailable => "rate_limited",
        StatusCodes.Status504GatewayTimeout => "timeout",
        var other => $"status {other}",
    };
}
