using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;

namespace Mprpc.Binding;

/// <summary>Makes a method's <see cref="MprpcInvoker{TService, TReturn}"/> at start-up where no generator has made it at compile time.</summary>
/// <remarks>
/// The code is what the generator writes: read the parameters, end the reader, get the service, call. It is emitted rather than composed of delegates so that a
/// call costs the same for any number of parameters.
/// </remarks>
[RequiresDynamicCode("Emits code at run time. Use the source generator under native AOT.")]
internal sealed class MethodCompiler
{
    // The emitted method's arguments: constants come first because a delegate can be closed over its first argument only.
    private const int ConstantsArgument = 0;
    private const int TargetArgument = 1;
    private const int ReaderArgument = 2;
    private const int ContextArgument = 3;
    private const int TokenArgument = 4;

    private static readonly MethodInfo Read = typeof(MprpcReader).GetMethod(nameof(MprpcReader.Read))!;
    private static readonly MethodInfo ReadRest = typeof(MprpcReader).GetMethod(nameof(MprpcReader.ReadRest))!;
    private static readonly MethodInfo End = typeof(MprpcReader).GetMethod(nameof(MprpcReader.End))!;
    private static readonly MethodInfo AsStream = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.AsStream))!;
    private static readonly MethodInfo AsPipeReader = typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.AsPipeReader))!;
    private static readonly MethodInfo Remaining = typeof(MprpcReader).GetProperty(nameof(MprpcReader.Remaining))!.GetMethod!;

    private readonly MethodModel _model;
    private readonly ILGenerator _il;
    private readonly List<object?> _constants = [];
    private readonly LocalBuilder?[] _values;

    private MethodCompiler(MethodModel model, ILGenerator il)
    {
        _model = model;
        _il = il;
        _values = new LocalBuilder?[model.Parameters.Length];
    }

    /// <summary>Compiles the invoker of <paramref name="model"/>'s method.</summary>
    /// <typeparam name="TService">The service.</typeparam>
    /// <typeparam name="TReturn">What the method returns; <see cref="NoValue"/> for void.</typeparam>
    public static MprpcInvoker<TService, TReturn> Compile<TService, TReturn>(MethodModel model)
    {
        var method = new DynamicMethod(
            $"Invoke_{model.Method.Name}",
            typeof(TReturn),
            [typeof(object?[]), typeof(MprpcTarget<TService>), typeof(MprpcReader).MakeByRefType(), typeof(MprpcCallContext), typeof(CancellationToken)],
            typeof(MethodCompiler).Module,
            skipVisibility: true);      // services may be internal

        var compiler = new MethodCompiler(model, method.GetILGenerator());
        compiler.Emit<TService, TReturn>();
        return method.CreateDelegate<MprpcInvoker<TService, TReturn>>(compiler._constants.ToArray());
    }

    private void Emit<TService, TReturn>()
    {
        for (int i = 0; i < _model.Parameters.Length; i++)
        {
            if (_model.Sources[i] == ParameterSource.Wire)
            {
                EmitRead(i, _model.Parameters[i]);
            }
        }

        Label failed = _il.DefineLabel();
        _il.Emit(OpCodes.Ldarg, ReaderArgument);
        _il.Emit(OpCodes.Call, End);
        _il.Emit(OpCodes.Brfalse, failed);

        _il.Emit(OpCodes.Ldarg, TargetArgument);
        _il.Emit(OpCodes.Ldarg, ContextArgument);
        _il.Emit(OpCodes.Callvirt, typeof(MprpcTarget<TService>).GetMethod(nameof(MprpcTarget<TService>.Resolve))!);

        for (int i = 0; i < _model.Parameters.Length; i++)
        {
            EmitArgument(i, _model.Parameters[i]);
        }

        _il.Emit(OpCodes.Callvirt, _model.Method);

        if (StreamRules.ReturnedBytes(_model.Method.ReturnType) is not null)
        {
            _il.Emit(OpCodes.Call, typeof(MprpcBytes).GetMethod(nameof(MprpcBytes.Result), [_model.Method.ReturnType])!);
        }

        if (_model.Method.ReturnType != typeof(void))
        {
            _il.Emit(OpCodes.Ret);
        }

        // The default: for void, and where a parameter could not be read.
        _il.MarkLabel(failed);
        EmitDefault(typeof(TReturn));
        _il.Emit(OpCodes.Ret);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameter of Read has no requirements.")]
    private void EmitRead(int index, ParameterInfo parameter)
    {
        LocalBuilder value = _values[index] = _il.DeclareLocal(parameter.ParameterType);
        Label done = _il.DefineLabel();

        if (parameter.HasDefaultValue)
        {
            Label sent = _il.DefineLabel();
            _il.Emit(OpCodes.Ldarg, ReaderArgument);
            _il.Emit(OpCodes.Call, Remaining);
            _il.Emit(OpCodes.Brtrue, sent);
            EmitDefaultValue(parameter);
            _il.Emit(OpCodes.Stloc, value);
            _il.Emit(OpCodes.Br, done);
            _il.MarkLabel(sent);
        }

        _il.Emit(OpCodes.Ldarg, ReaderArgument);

        if (StreamRules.ItemOf(parameter.ParameterType) is { } item)
        {
            _il.Emit(OpCodes.Ldarg, ContextArgument);
            _il.Emit(OpCodes.Ldstr, parameter.Name!);
            _il.Emit(OpCodes.Call, typeof(MprpcStreamParameter).GetMethod(nameof(MprpcStreamParameter.Read))!.MakeGenericMethod(item));

            if (StreamRules.IsBytes(parameter.ParameterType))
            {
                _il.Emit(OpCodes.Call, parameter.ParameterType == typeof(Stream) ? AsStream : AsPipeReader);
            }

            _il.Emit(OpCodes.Stloc, value);
            _il.MarkLabel(done);
            return;
        }

        _il.Emit(
            OpCodes.Call,
            MethodModel.IsRest(parameter)
                ? ReadRest.MakeGenericMethod(parameter.ParameterType.GetElementType()!)
                : Read.MakeGenericMethod(parameter.ParameterType));
        _il.Emit(OpCodes.Stloc, value);
        _il.MarkLabel(done);
    }

    private void EmitArgument(int index, ParameterInfo parameter)
    {
        switch (_model.Sources[index])
        {
            case ParameterSource.Wire:
                _il.Emit(OpCodes.Ldloc, _values[index]!);
                break;

            case ParameterSource.CancellationToken:
                _il.Emit(OpCodes.Ldarg, TokenArgument);
                break;

            case ParameterSource.CallContext:
                _il.Emit(OpCodes.Ldarg, ContextArgument);
                break;

            case ParameterSource.Services:
                _il.Emit(OpCodes.Ldarg, ContextArgument);
                EmitConstant(parameter.GetCustomAttribute<FromKeyedServicesAttribute>());
                _il.Emit(OpCodes.Castclass, typeof(FromKeyedServicesAttribute));
                _il.Emit(OpCodes.Call, typeof(ServiceParameter).GetMethod(nameof(ServiceParameter.Resolve))!.MakeGenericMethod(parameter.ParameterType));
                break;
        }
    }

    private void EmitDefaultValue(ParameterInfo parameter)
    {
        if (MethodModel.DefaultOf(parameter) is not { } value)
        {
            EmitDefault(parameter.ParameterType);
            return;
        }

        EmitConstant(value);
        _il.Emit(OpCodes.Unbox_Any, parameter.ParameterType);
    }

    private void EmitConstant(object? value)
    {
        _il.Emit(OpCodes.Ldarg, ConstantsArgument);
        _il.Emit(OpCodes.Ldc_I4, _constants.Count);
        _il.Emit(OpCodes.Ldelem_Ref);
        _constants.Add(value);
    }

    private void EmitDefault(Type type)
    {
        LocalBuilder none = _il.DeclareLocal(type);
        _il.Emit(OpCodes.Ldloca, none);
        _il.Emit(OpCodes.Initobj, type);
        _il.Emit(OpCodes.Ldloc, none);
    }
}
