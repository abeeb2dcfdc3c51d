using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>Makes the client proxy of a contract at run time where no generator has made it at compile time.</summary>
/// <remarks>The code is what the generator writes: begin a call, write the name and each argument in its declared type, send.</remarks>
[RequiresDynamicCode("Emits code at run time. Use the source generator under native AOT.")]
[RequiresUnreferencedCode("Finds a contract's methods by reflection. Use the source generator in trimmed applications.")]
internal static class ProxyCompiler
{
    private const BindingFlags AnyMethod = BindingFlags.Public | BindingFlags.Instance;

    private static readonly MethodInfo BeginCall = typeof(MprpcCallInvoker).GetMethod(nameof(MprpcCallInvoker.BeginCall))!;
    private static readonly MethodInfo Drop = typeof(MprpcCallInvoker).GetMethod(nameof(MprpcCallInvoker.Drop))!;
    private static readonly MethodInfo Write = typeof(MprpcWriter).GetMethod(nameof(MprpcWriter.Write))!;
    private static readonly MethodInfo WriteArrayHeader = typeof(MprpcWriter).GetMethod(nameof(MprpcWriter.WriteArrayHeader), [typeof(int)])!;
    private static readonly MethodInfo WriteRest = typeof(MprpcWriter).GetMethod(nameof(MprpcWriter.WriteRest))!;

    private static readonly MethodInfo WriteArrayHeaderOfRest = Array.Find(
        typeof(MprpcWriter).GetMethods(), method => method is { Name: nameof(MprpcWriter.WriteArrayHeader), IsGenericMethod: true })!;

    private static readonly MethodInfo Notify = typeof(MprpcCallInvoker).GetMethod(nameof(MprpcCallInvoker.Notify))!;
    private static readonly MethodInfo[] CallAsync
        = [.. typeof(MprpcCallInvoker).GetMethods().Where(method => method.Name == nameof(MprpcCallInvoker.CallAsync))];
    private static readonly MethodInfo[] CallIdempotentAsync
        = [.. typeof(MprpcCallInvoker).GetMethods().Where(method => method.Name == nameof(MprpcCallInvoker.CallIdempotentAsync))];
    private static readonly MethodInfo[] FeedAsync
        = [.. typeof(MprpcCallInvoker).GetMethods().Where(method => method.Name == nameof(MprpcCallInvoker.FeedAsync))];
    private static readonly MethodInfo StreamAsync = typeof(MprpcCallInvoker).GetMethod(nameof(MprpcCallInvoker.StreamAsync))!;
    private static readonly MethodInfo WriteStream = typeof(MprpcWriter).GetMethod(nameof(MprpcWriter.WriteStream))!;
    private static readonly MethodInfo OpenStream = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.OpenStreamAsync))!;
    private static readonly MethodInfo OpenPipeReader = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.OpenPipeReaderAsync))!;
    private static readonly MethodInfo AsStream = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.AsStream))!;
    private static readonly MethodInfo AsPipeReader = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.AsPipeReader))!;
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(Type, MprpcNamingPolicy), Delegate> Factories = [];

    /// <summary>The factory of a contract's proxy; compiled once for each naming policy.</summary>
    /// <exception cref="InvalidOperationException">The type is no contract, or a method of it cannot be called.</exception>
    public static Func<MprpcCallInvoker, TContract> Compile<TContract>(MprpcNamingPolicy policy)
        where TContract : class
    {
        lock (Gate)
        {
            if (!Factories.TryGetValue((typeof(TContract), policy), out Delegate? factory))
            {
                factory = CompileFactory<TContract>(policy);
                Factories.Add((typeof(TContract), policy), factory);
            }

            return (Func<MprpcCallInvoker, TContract>)factory;
        }
    }

    private static Func<MprpcCallInvoker, TContract> CompileFactory<TContract>(MprpcNamingPolicy policy)
        where TContract : class
    {
        Type contract = typeof(TContract);

        if (!contract.IsInterface || !contract.IsDefined(typeof(MprpcServiceAttribute), inherit: false))
        {
            throw new InvalidOperationException($"{contract} is not a contract. A typed client requires an interface marked [MprpcService].");
        }

        // An assembly for each contract, which may see what is internal to the contract's own assembly.
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName($"{contract.FullName}.Proxy"), AssemblyBuilderAccess.RunAndCollect);
        assembly.SetCustomAttribute(new CustomAttributeBuilder(
            typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!, [contract.Assembly.GetName().Name!]));
        TypeBuilder type = assembly.DefineDynamicModule("Proxy").DefineType(
            $"{contract.Name}_Proxy", TypeAttributes.NotPublic | TypeAttributes.Sealed, typeof(object), [contract, typeof(IMprpcProxy)]);

        FieldBuilder invoker = type.DefineField("_invoker", typeof(MprpcCallInvoker), FieldAttributes.Private | FieldAttributes.InitOnly);
        EmitProxy(type, invoker, EmitConstructor(type, invoker));

        string? prefix = ServiceContract.PrefixOf(contract);
        HashSet<MethodInfo> published = [.. ServiceContract.MethodsOf(contract)];

        foreach (MethodInfo method in contract.GetInterfaces().Prepend(contract).SelectMany(declaring => declaring.GetMethods(AnyMethod)))
        {
            if (published.Contains(method))
            {
                EmitCall(type, invoker, new MethodModel(contract, method), policy, prefix);
            }
            else if (method.DeclaringType == typeof(IDisposable) || method.DeclaringType == typeof(IAsyncDisposable))
            {
                EmitNothing(type, method);
            }
            else if (method.IsAbstract)
            {
                EmitRefusal(type, method, $"{TypeName.Of(contract)}.{method.Name} is not on the wire.");
            }
        }

        ConstructorInfo constructor = type.CreateType().GetConstructor([typeof(MprpcCallInvoker)])!;
        return value => (TContract)constructor.Invoke([value]);
    }

    private static ConstructorBuilder EmitConstructor(TypeBuilder type, FieldBuilder invoker)
    {
        ConstructorBuilder constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, [typeof(MprpcCallInvoker)]);
        ILGenerator il = constructor.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, typeof(object).GetConstructor([])!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Stfld, invoker);
        il.Emit(OpCodes.Ret);
        return constructor;
    }

    private static void EmitProxy(TypeBuilder type, FieldBuilder invoker, ConstructorBuilder constructor)
    {
        ILGenerator il = Override(type, typeof(IMprpcProxy).GetProperty(nameof(IMprpcProxy.Invoker))!.GetMethod!);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, invoker);
        il.Emit(OpCodes.Ret);

        il = Override(type, typeof(IMprpcProxy).GetMethod(nameof(IMprpcProxy.Over))!);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Newobj, constructor);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitCall(TypeBuilder type, FieldBuilder invoker, MethodModel model, MprpcNamingPolicy policy, string? prefix)
    {
        Type result = model.Method.ReturnType;

        if (result != typeof(void) && !IsTask(result) && !StreamRules.IsStream(result))
        {
            EmitRefusal(
                type,
                model.Method,
                $"{model.Method.Name} returns its result synchronously, and a client's proxy must not block its thread. "
                + $"Declare it to return Task<{TypeName.Of(result)}> or ValueTask<{TypeName.Of(result)}>.");
            return;
        }

        string name = WireName.From(model.Description.Name, policy);
        name = model.Description.WireName ?? (prefix is null ? name : $"{prefix}.{name}");

        ILGenerator il = Override(type, model.Method);
        LocalBuilder request = il.DeclareLocal(typeof(MprpcWriter));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, invoker);
        il.Emit(OpCodes.Callvirt, BeginCall);
        il.Emit(OpCodes.Stloc, request);
        il.BeginExceptionBlock();

        il.Emit(OpCodes.Ldloc, request);
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Callvirt, Write.MakeGenericMethod(typeof(string)));
        il.Emit(OpCodes.Ldloc, request);
        EmitCount(il, model);

        int token = -1;
        int written = 0;

        for (int i = 0; i < model.Parameters.Length; i++)
        {
            if (model.Sources[i] == ParameterSource.CancellationToken)
            {
                token = i + 1;
            }
            else if (model.Sources[i] == ParameterSource.Wire)
            {
                il.Emit(OpCodes.Ldloc, request);
                EmitArgument(il, model.Parameters[i], argument: i + 1, index: written++);
            }
        }

        il.BeginCatchBlock(typeof(object));
        il.Emit(OpCodes.Pop);
        il.Emit(OpCodes.Ldloc, request);
        il.Emit(OpCodes.Call, Drop);
        il.Emit(OpCodes.Rethrow);
        il.EndExceptionBlock();

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldfld, invoker);
        il.Emit(OpCodes.Ldstr, name);
        il.Emit(OpCodes.Ldloc, request);
        EmitSend(il, model, token);
        il.Emit(OpCodes.Ret);
    }

    private static void EmitArgument(ILGenerator il, ParameterInfo parameter, int argument, int index)
    {
        Type? item = StreamRules.ItemOf(parameter.ParameterType);

        if (item is not null)
        {
            il.Emit(OpCodes.Ldc_I4, index);
        }

        il.Emit(OpCodes.Ldarg, argument);

        if (StreamRules.IsBytes(parameter.ParameterType))
        {
            il.Emit(OpCodes.Call, typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.Argument), [parameter.ParameterType])!);
        }

        il.Emit(OpCodes.Callvirt, MethodModel.IsRest(parameter) ? WriteRest.MakeGenericMethod(parameter.ParameterType.GetElementType()!)
            : item is not null ? WriteStream.MakeGenericMethod(item)
            : Write.MakeGenericMethod(parameter.ParameterType));
    }

    private static void EmitCount(ILGenerator il, MethodModel model)
    {
        int count = model.Sources.Count(source => source == ParameterSource.Wire);
        int rest = Array.FindIndex(model.Parameters, MethodModel.IsRest);

        if (rest < 0)
        {
            il.Emit(OpCodes.Ldc_I4, count);
            il.Emit(OpCodes.Callvirt, WriteArrayHeader);
            return;
        }

        il.Emit(OpCodes.Ldc_I4, count - 1);
        il.Emit(OpCodes.Ldarg, rest + 1);
        il.Emit(OpCodes.Callvirt, WriteArrayHeaderOfRest.MakeGenericMethod(model.Parameters[rest].ParameterType.GetElementType()!));
    }

    private static void EmitSend(ILGenerator il, MethodModel model, int token)
    {
        Type result = model.Method.ReturnType;

        if (result == typeof(void))
        {
            il.Emit(OpCodes.Callvirt, Notify);
            return;
        }

        Type? item = StreamRules.ReturnedItem(result);

        if (item is not null)
        {
            il.Emit(OpCodes.Ldc_I4, model.Prefetch);
        }

        if (token >= 0)
        {
            il.Emit(OpCodes.Ldarg, token);
        }
        else
        {
            LocalBuilder none = il.DeclareLocal(typeof(CancellationToken));
            il.Emit(OpCodes.Ldloc, none);
        }

        if (item is not null)
        {
            il.Emit(OpCodes.Callvirt, StreamAsync.MakeGenericMethod(item));
            EmitReceive(il, result);
            return;
        }

        MethodInfo[] sending = model.Description.HasStreams ? FeedAsync : model.IsIdempotent ? CallIdempotentAsync : CallAsync;
        MethodInfo send = Array.Find(sending, method => method.IsGenericMethodDefinition == result.IsGenericType)!;
        send = result.IsGenericType ? send.MakeGenericMethod(result.GenericTypeArguments) : send;
        il.Emit(OpCodes.Callvirt, send);
        EmitTask(il, result, send.ReturnType);
    }

    /// <summary>Makes the items of a stream of bytes what the method returns.</summary>
    private static void EmitReceive(ILGenerator il, Type result)
    {
        if (StreamRules.ReturnedBytes(result) is not { } bytes)
        {
            return;
        }

        MethodInfo receive = bytes == typeof(Stream) ? (result == bytes ? AsStream : OpenStream) : result == bytes ? AsPipeReader : OpenPipeReader;
        il.Emit(OpCodes.Call, receive);
        EmitTask(il, result, receive.ReturnType);
    }

    private static void EmitTask(ILGenerator il, Type result, Type sending)
    {
        if (result.IsAssignableTo(typeof(Task)))
        {
            LocalBuilder sent = il.DeclareLocal(sending);
            il.Emit(OpCodes.Stloc, sent);
            il.Emit(OpCodes.Ldloca, sent);
            il.Emit(OpCodes.Call, sending.GetMethod(nameof(ValueTask.AsTask))!);
        }
    }

    private static void EmitRefusal(TypeBuilder type, MethodInfo method, string message)
    {
        ILGenerator il = Override(type, method);
        il.Emit(OpCodes.Ldstr, message);
        il.Emit(OpCodes.Newobj, typeof(NotSupportedException).GetConstructor([typeof(string)])!);
        il.Emit(OpCodes.Throw);
    }

    /// <summary>Disposing a proxy leaves the connection open: it belongs to whoever made the client.</summary>
    private static void EmitNothing(TypeBuilder type, MethodInfo method)
    {
        ILGenerator il = Override(type, method);

        if (method.ReturnType != typeof(void))
        {
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(method.ReturnType));
        }

        il.Emit(OpCodes.Ret);
    }

    private static ILGenerator Override(TypeBuilder type, MethodInfo method)
    {
        MethodBuilder implementation = type.DefineMethod(
            $"{method.DeclaringType!.FullName}.{method.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.HideBySig | MethodAttributes.NewSlot | MethodAttributes.Final,
            method.ReturnType,
            [.. method.GetParameters().Select(parameter => parameter.ParameterType)]);
        type.DefineMethodOverride(implementation, method);
        return implementation.GetILGenerator();
    }

    private static bool IsTask(Type type)
        => type == typeof(Task) || type == typeof(ValueTask)
            || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>)));
}
