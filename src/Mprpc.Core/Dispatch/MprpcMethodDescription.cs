using System.ComponentModel;
using System.Reflection;
using Mprpc.Binding;
using Mprpc.Dispatch;

namespace Mprpc.CompilerServices;

/// <summary>What has to be known of a method besides how to call it. For generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcMethodDescription
{
    private readonly Func<MprpcMethodDetails>? _findDetails;
    private readonly bool _needsContext;

    /// <summary>Describes a method.</summary>
    /// <param name="service">The type that declares it, for errors and logs.</param>
    /// <param name="name">Its C# name; the naming policy makes the wire name from it.</param>
    /// <param name="parameters">The parameters that stand on the wire, in their order; optional ones last.</param>
    /// <param name="needsContext">Whether the invoker needs the call's context.</param>
    /// <param name="wireName">The name on the wire where an attribute sets it, else null.</param>
    /// <param name="method">Finds the method itself, for its attributes; asked once, at start-up. Null: it has none.</param>
    /// <param name="details">Tells its types and documentation; asked when somebody wants them. Null: all its types are unknown.</param>
    public MprpcMethodDescription(
        string service,
        string name,
        IReadOnlyList<MprpcParameter> parameters,
        bool needsContext,
        string? wireName = null,
        Func<MethodInfo?>? method = null,
        Func<MprpcMethodDetails>? details = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Service = service;
        Name = name;
        Parameters = parameters;
        _needsContext = needsContext;
        HasStreams = parameters.Any(parameter => parameter.IsStream);
        WireName = wireName;
        FindMethod = method;
        _findDetails = details;
        RequiredParameters = parameters.Count(parameter => !parameter.IsOptional && !parameter.IsRest);
        MaxParameters = parameters.Any(parameter => parameter.IsRest) ? int.MaxValue : parameters.Count;
    }

    /// <summary>The type that declares the method.</summary>
    public string Service { get; }

    /// <summary>Its C# name.</summary>
    public string Name { get; }

    /// <summary>The name on the wire where an attribute sets it, else null.</summary>
    public string? WireName { get; }

    /// <summary>The parameters that stand on the wire.</summary>
    public IReadOnlyList<MprpcParameter> Parameters { get; }

    /// <summary>Whether the invoker needs the call's context.</summary>
    public bool NeedsContext => _needsContext || HasStreams || IsStream;

    /// <summary>Whether the method takes the call's cancellation token, so that its calls can be cancelled.</summary>
    public bool TakesCancellationToken { get; init; }

    /// <summary>How many items a peer gets at most that takes no streams, if the result is one. 0: as many as the options say.</summary>
    public int MaxPlainItems { get; init; }

    /// <summary>Whether the result is a stream; said by whoever adds the method.</summary>
    internal bool IsStream { get; set; }

    /// <summary>Whether a parameter is a stream.</summary>
    internal bool HasStreams { get; }

    /// <summary>Finds the method itself; null where there is nothing to find.</summary>
    internal Func<MethodInfo?>? FindMethod { get; }

    /// <summary>Its types and documentation.</summary>
    internal MprpcMethodDetails Details => field ??= _findDetails?.Invoke()
        ?? new MprpcMethodDetails([.. Parameters.Select(static _ => MprpcArgument.Of<object?>("any"))], "any", static () => [], isNotification: false);

    /// <summary>The types of all parameters, on the wire or not, where they are known; else null.</summary>
    internal IReadOnlyList<string>? ParameterTypes { get; init; }

    /// <summary>
    /// The types of the parameters and the result on the wire, where they are known at start-up only; else none: the generator has looked at them.
    /// </summary>
    internal IReadOnlyList<Type> SentTypes { get; init; } = [];

    /// <summary>How many parameters a peer may send.</summary>
    internal int MaxParameters { get; }

    /// <summary>How many parameters a peer must send.</summary>
    public int RequiredParameters { get; }
}
