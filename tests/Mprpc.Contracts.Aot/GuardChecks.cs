using Mprpc.AspNetCore;

namespace Mprpc.Contracts.Aot;

/// <summary>Whether [Authorize] holds wherever it stands, and is never lost silently.</summary>
internal static class GuardChecks
{
    public static async Task<List<string>> FindWrongAsync()
    {
        List<string> wrong = [];
        await CheckAsync<InMethod>(services => services.AddSingleton<IGuarded, InMethod>());
        await CheckAsync<InExplicitMethod>(services => services.AddSingleton<IGuarded, InExplicitMethod>());
        await CheckAsync<InMethodOfBase>(services => services.AddScoped<IGuarded, InMethodOfBase>());
        await CheckAsync<InOverriddenMethod>(services => services.AddTransient<IGuarded, InOverriddenMethod>());
        await CheckAsync<InOverriddenMethodApart>(services => services.AddSingleton<IGuarded, InOverriddenMethodApart>());
        await CheckAsync<InMiddleBelow>(services => services.AddSingleton<IGuarded, InMiddleBelow>());
        await CheckAsync<InGenericBase>(services => services.AddSingleton<IGuarded, InGenericBase>());
        await CheckAsync<Again>(services => services.AddSingleton<IGuarded>(new Again()));
        await CheckAsync<ByDefault>(services => services.AddSingleton<IGuarded, ByDefault>());
        await CheckAsync<DerivedOfGuardedClass>(services => services.AddSingleton<IGuarded, DerivedOfGuardedClass>(), isOpenGuarded: true);

        await using var mapped = await ContractHost<IGuarded>.StartAsync(app => app.MapMprpcService<InExplicitMethod>(0), services => services.AddAuthorization());
        await ExpectAsync("mapped as a class, open", isRefused: false, () => mapped.Client.OpenAsync());
        await ExpectAsync("mapped as a class, guarded", isRefused: true, () => mapped.Client.GuardedAsync());

        await using var numbers = await ContractHost<INumbersKept>.StartAsync(app => app.MapMprpcService<INumbersKept>(0),
            services => services.AddAuthorization().AddSingleton<INumbersKept, Keeper>());
        await ExpectAsync("numbers kept", isRefused: false, () => numbers.Client.KeepAsync());
        await ExpectAsync("numbers taken", isRefused: true, () => numbers.Client.TakeAsync());

        await using var counter = await ContractHost<IGuarded>.StartAsync(
            app => app.MapMprpcService<Counter>(0), services => services.AddAuthorization().AddSingleton<Counter, GuardedCounter>());
        await ExpectAsync("a class without a contract, open", isRefused: false, () => counter.Untyped.CallAsync<int>("counter.open").AsTask());
        await ExpectAsync("a class without a contract, guarded", isRefused: true, () => counter.Untyped.CallAsync<int>("counter.guarded").AsTask());

        if (!System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported)
        {
            await CheckUnknownAsync();
        }

        return wrong;

        async Task CheckAsync<T>(Action<IServiceCollection> register, bool isOpenGuarded = false)
        {
            try
            {
                await using var host = await ContractHost<IGuarded>.StartAsync(app => app.MapMprpcService<IGuarded>(0), services => register(services.AddAuthorization()));
                await ExpectAsync($"{typeof(T).Name}, open", isOpenGuarded, () => host.Client.OpenAsync());
                await ExpectAsync($"{typeof(T).Name}, guarded", isRefused: true, () => host.Client.GuardedAsync());
            }
            catch (InvalidOperationException exception) when (!System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported
                && exception.Message.Contains($"MapMprpcService<{typeof(T).Name}>", StringComparison.Ordinal))
            {
                // The container's class: its attributes are not kept, and the start says so.
            }
            catch (Exception exception)
            {
                wrong.Add($"{typeof(T).Name}: {exception}");
            }
        }

        async Task ExpectAsync(string name, bool isRefused, Func<Task<int>> callAsync)
        {
            string answer = await AnswerAsync(callAsync);

            if (answer.Contains("unauthenticated", StringComparison.Ordinal) != isRefused || (!isRefused && !int.TryParse(answer, out _)))
            {
                wrong.Add($"{name}: {answer}");
            }
        }

        async Task CheckUnknownAsync()
        {
            try
            {
                await using var host = await ContractHost<IGuarded>.StartAsync(
                    app => app.MapMprpcService<IGuarded>(0), services => services.AddAuthorization().AddSingleton<IGuarded, Hiding>());
                wrong.Add("A method that cannot be told from another is served.");
            }
            catch (InvalidOperationException exception) when (exception.Message.Contains("IGuarded.GuardedAsync", StringComparison.Ordinal)
                && exception.Message.Contains(nameof(Hiding), StringComparison.Ordinal))
            {
            }
        }
    }

    private static async Task<string> AnswerAsync(Func<Task<int>> callAsync)
    {
        try
        {
            return $"{await callAsync().InTime()}";
        }
        catch (MprpcRemoteException exception)
        {
            return exception.Message;
        }
    }
}
