using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;

namespace Mprpc.Binding;

/// <summary>Makes the published methods of a service: from generated code where there is some, else by reflection, once, at start-up.</summary>
internal static class ServiceModel
{
    /// <exception cref="InvalidOperationException">A method cannot be served; the message names it and the remedy.</exception>
    public static IReadOnlyList<RpcMethod> Build<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] TService>(
        MprpcTarget<TService> target, MprpcNamingPolicy policy, string? prefix)
        where TService : class
    {
        var builder = new MprpcServiceBuilder<TService>(target, policy, prefix ?? ServiceContract.PrefixOf(typeof(TService)));

        if (MprpcGeneratedServices.Find<TService>() is { } addMethods)
        {
            addMethods(builder);
        }
        else if (RuntimeFeature.IsDynamicCodeSupported)
        {
            AddByReflection(builder);
        }
        else
        {
            throw new NotSupportedException(
                $"Nothing was generated for {typeof(TService)}, and native AOT cannot make code at run time. "
                + "Name the type where it is mapped, or mark it [MprpcService]; "
                + "the analyzer's MPRPC diagnostics say what keeps the generator from it.");
        }

        return builder.Methods;
    }

    /// <summary>Makes a method of a delegate.</summary>
    /// <exception cref="InvalidOperationException">The delegate cannot be served; the message names the method and the remedy.</exception>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Under native AOT a delegate is refused with a message; services are generated.")]
    [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = "A delegate type keeps its Invoke.")]
    public static IReadOnlyList<RpcMethod> BuildDelegate<TDelegate>(string wireName, TDelegate handler, MprpcTarget<TDelegate>? target = null)
        where TDelegate : Delegate
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new NotSupportedException(
                $"The handler of '{wireName}' is a delegate, which takes code made at run time. "
                + "Under native AOT put the method into a class: MapMprpcService serves that, and in a client AddHandlers.");
        }

        var builder = new MprpcServiceBuilder<TDelegate>(target ?? new InstanceTarget<TDelegate>(handler), MprpcNamingPolicy.AsDeclared, prefix: null);
        Add(builder, new MethodModel(typeof(TDelegate), typeof(TDelegate).GetMethod("Invoke")!, wireName, handler.Method));
        return builder.Methods;
    }

    /// <summary>The same where the delegate's type is known only at run time.</summary>
    /// <exception cref="InvalidOperationException">The delegate cannot be served; the message names the method and the remedy.</exception>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Under native AOT a delegate is refused with a message; services are generated.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameter has no requirements.")]
    public static IReadOnlyList<RpcMethod> BuildDelegateOfAnyType(string wireName, Delegate handler)
    {
        MethodInfo build = typeof(ServiceModel).GetMethod(nameof(BuildDelegate), BindingFlags.Public | BindingFlags.Static)!;
        return (IReadOnlyList<RpcMethod>)build.MakeGenericMethod(handler.GetType())
            .Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, [wireName, handler, null], culture: null)!;
    }

    [RequiresDynamicCode("Makes code at run time.")]
    private static void AddByReflection<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.Interfaces)] TService>(
        MprpcServiceBuilder<TService> builder)
        where TService : class
    {
        foreach (MethodInfo method in ServiceContract.MethodsOf(typeof(TService)))
        {
            Add(builder, new MethodModel(typeof(TService), method));
        }
    }

    [RequiresDynamicCode("Makes generic methods of the types in a service's signatures.")]
    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameters have no requirements.")]
    private static void Add<TService>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
    {
        Type result = model.Method.ReturnType;
        (string adder, Type? argument) =
            result == typeof(void) ? (nameof(AddValue), typeof(NoValue))
            : result == typeof(Task) ? (nameof(AddTask), null)
            : result == typeof(ValueTask) ? (nameof(AddValueTask), null)
            : StreamRules.ReturnedItem(result) is { } item ? (nameof(AddStreamOf), item)
            : IsOf(result, typeof(Task<>)) ? (nameof(AddTaskOf), result.GenericTypeArguments[0])
            : IsOf(result, typeof(ValueTask<>)) ? (nameof(AddValueTaskOf), result.GenericTypeArguments[0])
            : (nameof(AddValue), result);

        Type[] arguments = argument is null ? [typeof(TService)] : [typeof(TService), argument];
        MethodInfo method = typeof(ServiceModel).GetMethod(adder, BindingFlags.NonPublic | BindingFlags.Static)!;
        method.MakeGenericMethod(arguments).Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, [builder, model], culture: null);
    }

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddValue<TService, TResult>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.Add(model.Description, MethodCompiler.Compile<TService, TResult>(model));

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddTask<TService>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.AddTask(model.Description, MethodCompiler.Compile<TService, Task>(model));

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddTaskOf<TService, TResult>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.AddTask(model.Description, MethodCompiler.Compile<TService, Task<TResult>>(model));

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddValueTask<TService>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.AddValueTask(model.Description, MethodCompiler.Compile<TService, ValueTask>(model));

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddValueTaskOf<TService, TResult>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.AddValueTask(model.Description, MethodCompiler.Compile<TService, ValueTask<TResult>>(model));

    [RequiresDynamicCode("Compiles at run time.")]
    private static void AddStreamOf<TService, TItem>(MprpcServiceBuilder<TService> builder, MethodModel model)
        where TService : class
        => builder.AddStream(model.Description, MethodCompiler.Compile<TService, IAsyncEnumerable<TItem>>(model));

    private static bool IsOf(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
