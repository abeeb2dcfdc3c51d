using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Client;

/// <summary>A contract that <c>AddMprpcClient</c> has added, and the client that calls it.</summary>
internal sealed record AddedContract(Type Contract, string Client)
{
    /// <summary>The name of the client whose contract is injected as this type.</summary>
    /// <exception cref="InvalidOperationException">No client has it.</exception>
    public static string Find<T>(IServiceProvider services)
        => services.GetServices<AddedContract>().LastOrDefault(static added => added.Contract == typeof(T))?.Client
            ?? throw new InvalidOperationException(
                $"No client of the contract {typeof(T).Name} was added. Add it at start-up: services.AddMprpcClient<{typeof(T).Name}>(\"name\").");
}
