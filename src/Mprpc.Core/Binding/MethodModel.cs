using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Binding;

/// <summary>What a method takes and returns, checked against what can be served.</summary>
internal sealed class MethodModel
{
    // Named, not referenced: the attribute that carries it is ASP.NET Core's, and this project knows nothing of it.
    private const string FromServicesInterface = "Microsoft.AspNetCore.Http.Metadata.IFromServiceMetadata";

    /// <param name="service">What it is called on.</param>
    /// <param name="method">How it is called.</param>
    /// <param name="wireName">Its name on the wire; null: what its attribute or the naming policy says.</param>
    /// <param name="described">The method whose attributes and parameters count, where that is another: a delegate's, since its type knows neither names nor
    /// defaults.</param>
    /// <exception cref="InvalidOperationException">The method cannot be served; the message names it and the remedy.</exception>
    public MethodModel(Type service, MethodInfo method, string? wireName = null, MethodInfo? described = null)
    {
        Service = service;
        Method = method;
        CheckMethod();
        Parameters = ParametersOf(method, described);
        Sources = [.. Parameters.Select(SourceOf)];
        CheckParameters();

        Description = new MprpcMethodDescription(
            described is null ? TypeName.Of(service) : $"delegate '{wireName}'",
            method.Name,
            [.. WireParameters.Select(parameter => new MprpcParameter(
                parameter.Name!, parameter.HasDefaultValue, IsRest(parameter), StreamRules.IsStream(parameter.ParameterType)))],
            needsContext: Sources.Any(source => source is ParameterSource.CallContext or ParameterSource.Services),
            wireName ?? method.GetCustomAttribute<MprpcMethodAttribute>()?.Name,
            () => described ?? method,
            () => ReflectedDetails.Of(described is { DeclaringType: not null } ? described : method, WireParameters))     // not of a method made at run time
        {
            MaxPlainItems = (described ?? method).GetCustomAttribute<MprpcStreamAttribute>()?.MaxPlainItems ?? 0,
            TakesCancellationToken = Sources.Contains(ParameterSource.CancellationToken),
            SentTypes =
            [
                .. WireParameters.Select(parameter => StreamRules.ItemOf(parameter.ParameterType) ?? parameter.ParameterType), .. ResultOf(method.ReturnType),
            ],
            ParameterTypes = [.. Parameters.Select(parameter => TypeName.Of(parameter.ParameterType))],
        };
    }

    public Type Service { get; }

    public MethodInfo Method { get; }

    public ParameterInfo[] Parameters { get; }

    public IReadOnlyList<ParameterSource> Sources { get; }

    public MprpcMethodDescription Description { get; }

    /// <summary>Whether a client may make a call of it again that may have run.</summary>
    public bool IsIdempotent => Method.GetCustomAttribute<MprpcMethodAttribute>()?.Idempotent ?? false;

    /// <summary>How many items of its stream the peer may be ahead; 0: as many as fit the window.</summary>
    public int Prefetch => Method.GetCustomAttribute<MprpcStreamAttribute>()?.Prefetch ?? 0;

    private string Name => $"{TypeName.Of(Service)}.{Method.Name}";

    private IEnumerable<ParameterInfo> WireParameters => Parameters.Where((_, i) => Sources[i] == ParameterSource.Wire);

    private static Type[] ResultOf(Type type)
    {
        if (type == typeof(void) || type == typeof(Task) || type == typeof(ValueTask))
        {
            return [];
        }

        if (StreamRules.ReturnedItem(type) is { } item)
        {
            return [item];
        }

        bool isTask = type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));
        return isTask ? type.GenericTypeArguments : [type];
    }

    /// <summary>Whether a parameter takes all that a peer sends from there on.</summary>
    public static bool IsRest(ParameterInfo parameter) => parameter.ParameterType.IsSZArray && parameter.IsDefined(typeof(ParamArrayAttribute));

    /// <summary>The default value of a parameter; null for none, and for the default of a value type.</summary>
    public static object? DefaultOf(ParameterInfo parameter)
    {
        // Reflection gives the default of an enum that may be null as its number.
        object? value = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        return value is not null && Nullable.GetUnderlyingType(parameter.ParameterType) is { IsEnum: true } underlying
            ? Enum.ToObject(underlying, value)
            : value;
    }

    private static ParameterInfo[] ParametersOf(MethodInfo method, MethodInfo? described)
    {
        ParameterInfo[] called = method.GetParameters();

        if (described is null)
        {
            return called;
        }

        // One more where the delegate is bound to its first argument; no names where it was made at run time.
        ParameterInfo[] written = described.GetParameters();
        written = written[Math.Max(0, written.Length - called.Length)..];
        return written.Length == called.Length && Array.TrueForAll(written, parameter => parameter.Name is not null) ? written : called;
    }

    private void CheckMethod()
    {
        if (Method.IsGenericMethodDefinition)
        {
            throw Refused("is generic: a peer cannot say which type it means. Declare one method a type");
        }

        Type result = Method.ReturnType;

        if (result.IsByRef || result.IsByRefLike || result.IsPointer)
        {
            throw Refused($"returns {TypeName.Of(result)}, which cannot leave the method. Return a value");
        }

        if (StreamRules.WhyNotResult(result) is { } problem)
        {
            throw Refused(problem);
        }
    }

    private void CheckParameters()
    {
        bool isOptional = false;

        for (int i = 0; i < Parameters.Length; i++)
        {
            ParameterInfo parameter = Parameters[i];

            if (parameter.ParameterType.IsByRef || parameter.ParameterType.IsByRefLike || parameter.ParameterType.IsPointer)
            {
                throw Refused(
                    $"takes '{parameter.Name}' by reference (ref, out, in, Span or pointer), which cannot be sent. Take a value, and return what changes");
            }

            if (Sources[i] == ParameterSource.Wire && StreamRules.WhyNotParameter(parameter, Method.ReturnType) is { } problem)
            {
                throw Refused(problem);
            }

            if (Sources[i] == ParameterSource.Wire && isOptional && !parameter.HasDefaultValue && !IsRest(parameter))
            {
                throw Refused(
                    $"takes '{parameter.Name}' after a parameter with a default value. "
                    + $"Params go by position: give '{parameter.Name}' a default value too, or put it first");
            }

            isOptional |= Sources[i] == ParameterSource.Wire && parameter.HasDefaultValue;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "An interface that the application's framework looks for in attributes is kept.")]
    private static ParameterSource SourceOf(ParameterInfo parameter)
    {
        if (parameter.ParameterType == typeof(CancellationToken))
        {
            return ParameterSource.CancellationToken;
        }

        if (parameter.ParameterType == typeof(MprpcCallContext))
        {
            return ParameterSource.CallContext;
        }

        bool isService = parameter.IsDefined(typeof(FromKeyedServicesAttribute))
            || parameter.GetCustomAttributes().Any(attribute => attribute.GetType().GetInterfaces().Any(type => type.FullName == FromServicesInterface));
        return isService ? ParameterSource.Services : ParameterSource.Wire;
    }

    private InvalidOperationException Refused(string problem)
        => new($"{Name} cannot be called over MessagePack-RPC: it {problem}, or keep the method off the wire with [MprpcIgnore].");
}
