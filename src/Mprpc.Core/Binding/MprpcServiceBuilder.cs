using System.ComponentModel;
using Mprpc.Dispatch;

namespace Mprpc.CompilerServices;

/// <summary>Collects the methods that a service publishes; reflection and generated code fill it alike. For generated code.</summary>
/// <typeparam name="TService">The service class.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcServiceBuilder<TService>
    where TService : class
{
    private readonly MprpcTarget<TService> _target;
    private readonly MprpcNamingPolicy _policy;
    private readonly string? _prefix;

    internal MprpcServiceBuilder(MprpcTarget<TService> target, MprpcNamingPolicy policy, string? prefix)
    {
        _target = target;
        _policy = policy;
        _prefix = prefix;
    }

    internal List<RpcMethod> Methods { get; } = [];

    /// <summary>Adds a method that returns a value, or <see cref="NoValue"/> for void.</summary>
    /// <typeparam name="TResult">The result.</typeparam>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void Add<TResult>(MprpcMethodDescription description, MprpcInvoker<TService, TResult> invoker)
        => Add<TResult, ReturnedValue<TResult>, TResult>(description, invoker);

    /// <summary>Adds a method that returns a task.</summary>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void AddTask(MprpcMethodDescription description, MprpcInvoker<TService, Task> invoker)
        => Add<Task, ReturnedTask, NoValue>(description, invoker);

    /// <summary>Adds a method that returns a task with a result.</summary>
    /// <typeparam name="TResult">The result.</typeparam>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void AddTask<TResult>(MprpcMethodDescription description, MprpcInvoker<TService, Task<TResult>> invoker)
        => Add<Task<TResult>, ReturnedTask<TResult>, TResult>(description, invoker);

    /// <summary>Adds a method that returns a value task.</summary>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void AddValueTask(MprpcMethodDescription description, MprpcInvoker<TService, ValueTask> invoker)
        => Add<ValueTask, ReturnedValueTask, NoValue>(description, invoker);

    /// <summary>Adds a method that returns a value task with a result.</summary>
    /// <typeparam name="TResult">The result.</typeparam>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void AddValueTask<TResult>(MprpcMethodDescription description, MprpcInvoker<TService, ValueTask<TResult>> invoker)
        => Add<ValueTask<TResult>, ReturnedValueTask<TResult>, TResult>(description, invoker);

    /// <summary>Adds a method that returns a stream.</summary>
    /// <typeparam name="TItem">The type of its items.</typeparam>
    /// <param name="description">The method.</param>
    /// <param name="invoker">Calls it.</param>
    public void AddStream<TItem>(MprpcMethodDescription description, MprpcInvoker<TService, IAsyncEnumerable<TItem>> invoker)
    {
        ArgumentNullException.ThrowIfNull(description);
        int maxPlainItems = description.MaxPlainItems;
        description.IsStream = true;
        AddValueTask(description, (MprpcTarget<TService> target, ref MprpcReader parameters, MprpcCallContext? context, CancellationToken cancellationToken) =>
        {
            IAsyncEnumerable<TItem> items = invoker(target, ref parameters, context, cancellationToken);
            return parameters.Ended ? ResultStream.SendAsync(items, (CallContext)context!, maxPlainItems, cancellationToken) : default;
        });
    }

    private void Add<TReturn, TReturned, TResult>(MprpcMethodDescription description, MprpcInvoker<TService, TReturn> invoker)
        where TReturned : struct, IReturned<TReturned, TReturn, TResult>
    {
        ArgumentNullException.ThrowIfNull(description);
        string name = description.WireName ?? WireName.From(description.Name, _policy);
        string wireName = description.WireName is null && _prefix is not null ? $"{_prefix}.{name}" : name;
        Methods.Add(new RpcMethod<TService, TReturn, TReturned, TResult>(description, wireName, _target, invoker));
    }
}
