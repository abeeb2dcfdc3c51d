using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Contracts.Aot;

/// <summary>Whether [Authorize] holds wherever it stands, and is never lost silently.</summary>
internal sealed class GuardChecks
{
    private readonly List<string> _wrong = [];

    public static async Task<List<string>> FindWrongAsync()
    {
        var checks = new GuardChecks();
        await checks.TryAsync("classes", checks.CheckClassesAsync);
        await checks.TryAsync("contract of several", checks.CheckNumbersAsync);
        await checks.TryAsync("contract with attributes", checks.CheckContractAsync);
        await checks.TryAsync("unknown", checks.CheckUnknownAsync);
        await checks.TryAsync("made", checks.CheckMadeAsync);
        return checks._wrong;
    }

    /// <summary>Classes behind their contract, of which only the generated registration keeps the methods; and others that are mapped themselves.</summary>
    private async Task CheckClassesAsync()
    {
        await ServeAsync<InMethod>(services => services.AddSingleton<IGuarded, InMethod>());
        await ServeAsync<InExplicitMethod>(services => services.AddSingleton<IGuarded, InExplicitMethod>());
        await ServeAsync<InMethodOfBase>(services => services.AddScoped<IGuarded, InMethodOfBase>());
        await ServeAsync<InOverriddenMethod>(services => services.AddTransient<IGuarded, InOverriddenMethod>());
        await ServeAsync<InOverriddenMethodApart>(services => services.AddSingleton<IGuarded, InOverriddenMethodApart>());
        await ServeAsync<InOverride>(services => services.AddScoped<IGuarded, InOverride>());
        await ServeAsync<InMiddleBelow>(services => services.AddSingleton<IGuarded, InMiddleBelow>());
        await ServeAsync<InGenericBase>(services => services.AddSingleton<IGuarded, InGenericBase>());
        await ServeAsync<InContractAgain>(services => services.AddSingleton<IGuarded>(new InContractAgain()));
        await ServeAsync<BelowGuardedClass>(services => services.AddSingleton<IGuarded, BelowGuardedClass>(), isOpenGuarded: true);
        await MapAsync<MappedExplicit>();
        await MapAsync<MappedOverride>();
        await CheckAsync(
            "generic, mapped", app
                => app.MapMprpcService<GenericGuarded<string>>(0), services => services.AddSingleton<GenericGuarded<string>>(), isOpenGuarded: false);
    }

    private async Task CheckNumbersAsync()
    {
        await using var numbers = await ContractHost<INumbersKept>.StartAsync(
            app => app.MapMprpcService<INumbersKept>(0), services => services.AddAuthorization().AddSingleton<INumbersKept, Keeper>());
        await ExpectAsync("numbers kept", isRefused: false, () => numbers.Client.KeepAsync());
        await ExpectAsync("numbers taken", isRefused: true, () => numbers.Client.TakeAsync());
    }

    private async Task CheckContractAsync()
    {
        await using var host = await ContractHost<IGuardedItself>.StartAsync(
            app => app.MapMprpcService<IGuardedItself>(0), services => services.AddAuthorization().AddSingleton<IGuardedItself, InContract>());
        await ExpectAsync("contract, open", isRefused: false, () => host.Client.OpenAsync());
        await ExpectAsync("contract, guarded method", isRefused: true, () => host.Client.GuardedAsync());
        await ExpectAsync("contract, guarded interface", isRefused: true, () => host.Client.InheritedAsync());
    }

    /// <summary>Classes whose methods may not have been kept, with the remedy, and classes whose methods are not found by their names.</summary>
    private async Task CheckUnknownAsync()
    {
        await RefuseAsync<GenericGuarded<int>>("GenericGuarded<int>", services => services.AddSingleton<IGuarded, GenericGuarded<int>>());
        await RefuseAsync<Hidden>("Hidden", services => services.AddSingleton<IGuarded, Hidden>());

        try
        {
            await using var counter = await ContractHost<IGuarded>.StartAsync(
                app => app.MapMprpcService<Counter>(0), services => services.AddAuthorization().AddSingleton<Counter, GuardedCounter>());
            _wrong.Add("A class derived from the one that is mapped is served.");
        }
        catch (InvalidOperationException exception) when (Tells(exception, "MapMprpcService<GuardedCounter>"))
        {
        }

        await using var marked = await ContractHost<IGuarded>.StartAsync(
            app => app.MapMprpcService<Counter>(0), services => services.AddAuthorization().AddSingleton<Counter, MarkedCounter>());
        await ExpectAsync("marked, open", isRefused: false, () => marked.Untyped.CallAsync<int>("open").AsTask());
        await ExpectAsync("marked, guarded", isRefused: true, () => marked.Untyped.CallAsync<int>("guarded").AsTask());

        await TellOrFindAsync<Hiding>(isRefused: false, services => services.AddSingleton<IGuarded, Hiding>());
        await TellOrFindAsync<InDefaultBody>(isRefused: true, services => services.AddSingleton<IGuarded, InDefaultBody>());
    }

    /// <summary>Objects of other classes than the registration has said.</summary>
    private async Task CheckMadeAsync()
    {
        await using var host = await ContractHost<IGuarded>.StartAsync(
            app => app.MapMprpcService<IGuarded>(0), services => services.AddAuthorization().AddTransient<IGuarded, OpenBase>(_ => new InOverride()));
        await ExpectErrorAsync("made, guarded", () => host.Client.GuardedAsync());

        await using var hidden = await ContractHost<IGuarded>.StartAsync(
            app => app.MapMprpcService<IGuarded>(0).AllowAnonymous(), services => services.AddAuthorization().AddTransient<IGuarded>(_ => new Hidden()));
        await ExpectErrorAsync("made, hidden", () => hidden.Client.GuardedAsync());
    }

    private Task ServeAsync<T>(Action<IServiceCollection> register, bool isOpenGuarded = false)
        => CheckAsync($"{typeof(T).Name} behind its contract", app => app.MapMprpcService<IGuarded>(0), register, isOpenGuarded);

    private Task MapAsync<[DynamicallyAccessedMembers(ServedMembers.All)] T>()
        where T : class, IGuarded
        => CheckAsync($"{typeof(T).Name} mapped", app => app.MapMprpcService<T>(0), services => services.AddSingleton<T>(), isOpenGuarded: false);

    private Task CheckAsync(string name, Action<WebApplication> map, Action<IServiceCollection> register, bool isOpenGuarded)
        => TryAsync(name, async () =>
        {
            await using var host = await ContractHost<IGuarded>.StartAsync(map, services => register(services.AddAuthorization()));
            await ExpectAsync($"{name}, open", isOpenGuarded, () => host.Client.OpenAsync());
            await ExpectAsync($"{name}, guarded", isRefused: true, () => host.Client.GuardedAsync());
        });

    private async Task RefuseAsync<T>(string name, Action<IServiceCollection> register)
        where T : class, IGuarded
    {
        try
        {
            await using var host = await ContractHost<IGuarded>.StartAsync(
                app => app.MapMprpcService<IGuarded>(0), services => register(services.AddAuthorization()));
            _wrong.Add($"{name} is served, though its methods may not have been kept.");
        }
        catch (InvalidOperationException exception) when (Tells(exception, $"MapMprpcService<{name}>"))
        {
        }
    }

    /// <summary>
    /// A method of which native AOT does not know where its body is: the start says so. Where the runtime knows, it is what the runtime takes.
    /// </summary>
    private async Task TellOrFindAsync<T>(bool isRefused, Action<IServiceCollection> register)
    {
        try
        {
            await using var host = await ContractHost<IGuarded>.StartAsync(
                app => app.MapMprpcService<IGuarded>(0), services => register(services.AddAuthorization()));
            await ExpectAsync(typeof(T).Name, isRefused, () => host.Client.GuardedAsync());
        }
        catch (InvalidOperationException exception) when (Tells(exception, "as IGuarded.GuardedAsync") && Tells(exception, typeof(T).Name))
        {
        }
    }

    private async Task TryAsync(string name, Func<Task> checkAsync)
    {
        try
        {
            await checkAsync();
        }
        catch (Exception exception)
        {
            _wrong.Add($"{name}: {exception}");
        }
    }

    private async Task ExpectAsync(string name, bool isRefused, Func<Task<int>> callAsync)
    {
        string answer = await AnswerAsync(callAsync);

        if (answer.Contains("unauthenticated", StringComparison.Ordinal) != isRefused || (!isRefused && !int.TryParse(answer, out _)))
        {
            _wrong.Add($"{name}: {answer}");
        }
    }

    private async Task ExpectErrorAsync(string name, Func<Task<int>> callAsync)
    {
        if (int.TryParse(await AnswerAsync(callAsync), out int answer))
        {
            _wrong.Add($"{name}: {answer}");
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
            return $"{exception.Code}: {exception.Message}";      // after a hello the code stands by itself
        }
    }

    private static bool Tells(Exception exception, string what) => exception.Message.Contains(what, StringComparison.Ordinal);

    /// <summary>Generated code cannot name it.</summary>
    private sealed class Hidden : IGuarded
    {
        public Task<int> OpenAsync() => Task.FromResult(1);

        [Authorize]
        public Task<int> GuardedAsync() => Task.FromResult(2);
    }
}
