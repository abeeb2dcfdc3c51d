using Microsoft.AspNetCore.Authorization;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>
/// What an attribute forbids is forbidden however the service is registered; where nobody can know what the attributes are, the application does not start.
/// </summary>
public sealed class RegistrationTests
{
    private const string Unauthenticated = "unauthenticated";

    [Theory]
    [InlineData("factory")]
    [InlineData("forwarding")]
    [InlineData("singleton")]
    [InlineData("transient")]
    public async Task Factory_OfAnInterface_FailsTheStartAndNamesTheRemedies(string registration)
    {
        await using RpcHost host = Build<IShop>(services => Register(services, registration));

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.App.StartAsync().InTime());

        Assert.Contains(nameof(IShop), exception.Message, StringComparison.Ordinal);
        Assert.Contains("<IShop, TheClass>(provider => ...)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("RequireAuthorization()", exception.Message, StringComparison.Ordinal);
        Assert.Contains("AllowAnonymous()", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_WhoseTypeIsSaid_HasTheAttributesOfTheClass()
    {
        await using RpcHost host = await StartAsync<IShop>(services => services.AddScoped<IShop, Shop>(_ => new Shop()));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(Unauthenticated, await client.CodeOfAsync("buy"));
        Assert.Equal(Unauthenticated, await client.CodeOfAsync("sell"));
    }

    [Fact]
    public async Task OpenGeneric_ClosedByTheMapping_HasTheAttributesOfTheClass()
    {
        await using RpcHost host = await StartAsync<IStore<int>>(services => services.AddScoped(typeof(IStore<>), typeof(Store<>)));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(Unauthenticated, await client.CodeOfAsync("put", 1));
    }

    [Fact]
    public async Task Factory_OfAClass_ThatMakesAStricterOne_IsRefusedAndSaidInTheLog()
    {
        await using RpcHost host = await StartAsync<Kiosk>(services => services.AddScoped<Kiosk>(_ => new GuardedKiosk()));
        await using MprpcClient client = host.CreateClient();

        string? first = await client.CodeOfAsync("buy");
        string? second = await client.CodeOfAsync("buy");

        Assert.Equal(("Internal error.", "Internal error."), (first, second));
        Assert.Contains(nameof(GuardedKiosk), (await host.Log.WaitForAsync(13)).Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_OfAClass_ThatMakesThatClass_IsServed()
    {
        await using RpcHost host = await StartAsync<Kiosk>(services => services.AddScoped(_ => new Kiosk()));
        await using MprpcClient client = host.CreateClient();

        Assert.Null(await client.CodeOfAsync("buy"));
    }

    [Fact]
    public async Task Mapping_ThatSaysWhoMayCall_AnswersForAFactory()
    {
        await using RpcHost host = await StartAsync<IShop>(
            services => services.AddScoped<IShop>(_ => new PlainShop()), mapping => mapping.RequireAuthorization());
        await using MprpcClient client = host.CreateClient();

        string? anonymous = await client.CodeOfAsync("buy");
        await client.LogInAsync("alice");

        Assert.Equal((Unauthenticated, null), (anonymous, await client.CodeOfAsync("buy")));
    }

    [Theory]
    [InlineData(false, "Internal error.")]      // the class demands a login that the mapping's policy does not
    [InlineData(true, null)]                    // [AllowAnonymous] lifts what the class demands, as where the class is registered
    public async Task Mapping_ThatSaysLessThanTheClassOfAFactory_IsHeldToTheClass(bool allowsAnonymous, string? code)
    {
        await using RpcHost host = await StartAsync<IShop>(
            services => services.AddScoped<IShop>(_ => new Shop()),
            mapping => _ = allowsAnonymous ? mapping.AllowAnonymous() : mapping.RequireAuthorization(policy => policy.RequireAssertion(_ => true)));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(code, await client.CodeOfAsync("buy"));
    }

    [Fact]
    public async Task Filter_OfTheClassOfAFactory_IsNotPassedByAllowAnonymous()
    {
        await using RpcHost host = await StartAsync<IShop>(
            services => services.AddSingleton<IShop>(_ => new FilteredShop()), mapping => mapping.AllowAnonymous());
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("Internal error.", await client.CodeOfAsync("buy"));
    }

    [Fact]
    public async Task Attributes_OfADerivedContract_HoldForTheMethodsOfItsBase()
    {
        await using RpcHost host = await StartAsync<Derived>(services => services.AddScoped<Derived>());
        await using MprpcClient client = host.CreateClient();

        Assert.Equal((Unauthenticated, Unauthenticated), (await client.CodeOfAsync("run"), await client.CodeOfAsync("stop")));
    }

    [Fact]
    public async Task Attributes_OfEachContractThatPublishesAMethod_Hold()
    {
        await using RpcHost host = await StartAsync<Both>(services => services.AddScoped<Both>());
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(Unauthenticated, await client.CodeOfAsync("run"));
    }

    [Fact]
    public async Task Filter_OfADefaultImplementation_RunsOnce()
    {
        var count = new FilterCount();
        await using RpcHost host = await StartAsync<IDefault>(services => services.AddSingleton(count).AddScoped<IDefault, Default>());
        await using MprpcClient client = host.CreateClient();

        Assert.Null(await client.CodeOfAsync("run"));
        Assert.Equal(1, count.Value);
    }

    [Fact]
    public async Task Delegate_OfSeveralMethods_FailsTheStart()
    {
        Action both = [Authorize] () => { };
        both += () => { };
        await using RpcHost host = RpcHost.Build(builder => AddAll(builder, _ => { }), app => app.MapMprpc(0, "run", both));

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.App.StartAsync().InTime());

        Assert.Contains("'run'", exception.Message, StringComparison.Ordinal);
    }

    private static void Register(IServiceCollection services, string registration)
    {
        switch (registration)
        {
            case "factory":
                services.AddScoped<IShop>(_ => new Shop());
                break;
            case "forwarding":
                services.AddScoped<Shop>().AddScoped<IShop>(provider => provider.GetRequiredService<Shop>());
                break;
            case "singleton":
                services.AddSingleton<IShop>(_ => new Shop());
                break;
            default:
                services.AddTransient<IShop>(_ => new Shop());
                break;
        }
    }

    private static async Task<RpcHost> StartAsync<T>(Action<IServiceCollection> services, Action<IMprpcServiceConventionBuilder>? mapping = null)
        where T : class
    {
        RpcHost host = Build<T>(services, mapping);
        await host.App.StartAsync().InTime();
        return host;
    }

    private static RpcHost Build<T>(Action<IServiceCollection> services, Action<IMprpcServiceConventionBuilder>? mapping = null)
        where T : class
        => RpcHost.Build(
            builder => AddAll(builder, services),
            app =>
            {
                IMprpcServiceConventionBuilder mapped = app.MapMprpcService<T>(0);
                mapping?.Invoke(mapped);
            });

    private static void AddAll(WebApplicationBuilder builder, Action<IServiceCollection> services)
    {
        SecuredHost.AddSecurity(builder.Services);
        builder.Services.AddMprpc();
        services(builder.Services);
    }

    public interface IShop
    {
        void Buy();

        void Sell();
    }

    private sealed class Shop : IShop
    {
        [Authorize]
        public void Buy()
        {
        }

        [Authorize]
        void IShop.Sell()
        {
        }
    }

    private sealed class PlainShop : IShop
    {
        public void Buy()
        {
        }

        public void Sell()
        {
        }
    }

    [Refusing]
    private sealed class FilteredShop : IShop
    {
        public void Buy()
        {
        }

        public void Sell()
        {
        }
    }

    public interface IStore<T>
    {
        void Put(T value);
    }

    [Authorize]
    private sealed class Store<T> : IStore<T>
    {
        public void Put(T value)
        {
        }
    }

    private class Kiosk
    {
        public virtual void Buy()
        {
        }
    }

    private sealed class GuardedKiosk : Kiosk
    {
        [Authorize]
        public override void Buy()
        {
        }
    }

    [AttributeUsage(AttributeTargets.Interface)]
    private sealed class UsersOnlyAttribute : Attribute, IAuthorizeData
    {
        public string? Policy { get; set; }

        public string? Roles { get; set; }

        public string? AuthenticationSchemes { get; set; }
    }

    public interface IBase
    {
        void Run();
    }

    [MprpcService]
    [UsersOnly]
    private interface IDerived : IBase
    {
        void Stop();
    }

    private sealed class Derived : IDerived
    {
        public void Run()
        {
        }

        public void Stop()
        {
        }
    }

    [MprpcService]
    private interface IPlain : IBase;

    [MprpcService]
    [UsersOnly]
    private interface IGuarded : IBase;

    private sealed class Both : IPlain, IGuarded
    {
        public void Run()
        {
        }
    }

    private sealed class FilterCount
    {
        public int Value { get; set; }
    }

    public interface IDefault
    {
        [Counting]
        void Run()
        {
        }
    }

    private sealed class Default : IDefault;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class CountingAttribute : MprpcFilterAttribute
    {
        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            call.Context.Services.GetRequiredService<FilterCount>().Value++;
            return next(call);
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    private sealed class RefusingAttribute : MprpcFilterAttribute
    {
        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => throw new MprpcException("Refused by the filter.");
    }
}
