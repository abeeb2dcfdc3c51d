using Microsoft.Extensions.Options;
using Mprpc.Binding;
using Mprpc.CompilerServices;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Calls clients by a contract. Safe for concurrent use.</summary>
internal sealed class TypedClients<T> : UntypedClients, IMprpcClients<T>
    where T : class
{
    private readonly Func<MprpcCallInvoker, T> _create;

    public TypedClients(ClientCalls calls, IMprpcGroups groups, IOptions<MprpcServerOptions> options)
        : base(calls, groups)
    {
        _create = ProxyModel.Find<T>(options.Value.NamingPolicy);
        All = For(MprpcTarget.All);
    }

    public T All { get; }

    public T AllExcept(params IReadOnlyCollection<string> connectionIds) => For(MprpcTarget.AllExcept(connectionIds));

    public T Group(string name) => For(MprpcTarget.Group(name));

    public T Group(params IReadOnlyCollection<string> names) => For(MprpcTarget.Group(names));

    public T User(string id) => For(MprpcTarget.User(id));

    public T Users(params IReadOnlyCollection<string> ids) => For(MprpcTarget.User(ids));

    public T Single(string connectionId) => For(MprpcTarget.Connection(connectionId));

    public IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, ValueTask<TResult>> call, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(call);
        return AskAsync(target, client => call(client).AsTask(), within);
    }

    public IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, Task<TResult>> call, TimeSpan within)
        => AskAsync<TResult>(target, (Func<T, Task>)call, within);

    public IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, ValueTask> call, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(call);
        return AskAsync<NoValue>(target, client => call(client).AsTask(), within);
    }

    public IAsyncEnumerable<MprpcReply> AskAsync(T target, Func<T, Task> call, TimeSpan within) => AskAsync<NoValue>(target, call, within);

    private IAsyncEnumerable<MprpcReply<TResult>> AskAsync<TResult>(T target, Func<T, Task> call, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(call);
        CheckTime(within);

        if ((target as IMprpcProxy)?.Invoker.Innermost is not TargetCallInvoker invoker)
        {
            throw new ArgumentException(
                $"The target is {target.GetType()}, and no target of IMprpcClients<{typeof(T).Name}>. Pass what All, AllExcept, Group, User, Users or Single "
                + "returns; options go into the call: client => client.With(options).Method(...).",
                nameof(target));
        }

        var asked = new AskCallInvoker(Calls);
        Task returned = call(_create(asked));

        return asked.Question is { } question && asked.Returned == returned ? Calls.AskAsync<TResult>(invoker.Target, question, within)
            : throw new ArgumentException(
                "The question is not one call whose task is returned as it is, such as client => client.ConfirmAsync(order, stop). "
                + "What is to be done with the results, do where they are enumerated.",
                nameof(call));
    }

    private T For(MprpcTarget target) => _create(new TargetCallInvoker(Calls, target));
}
