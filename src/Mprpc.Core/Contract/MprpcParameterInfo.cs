namespace Mprpc;

/// <summary>A parameter of a method, as filters and validators see it.</summary>
/// <remarks>
/// Only what stands on the wire: tokens, the call's context and [FromServices] parameters are no parameters of this kind. Safe for concurrent use.
/// </remarks>
public sealed class MprpcParameterInfo
{
    private readonly Func<IReadOnlyList<Attribute>> _findAttributes;

    internal MprpcParameterInfo(
        string name, Type type, bool isOptional, bool takesRest, object? defaultValue, Func<IReadOnlyList<Attribute>> findAttributes)
    {
        Name = name;
        Type = type;
        IsOptional = isOptional;
        TakesRest = takesRest;
        DefaultValue = defaultValue;
        _findAttributes = findAttributes;
    }

    /// <summary>Its C# name.</summary>
    public string Name { get; }

    /// <summary>Its declared type; of a <c>params</c> array, the array.</summary>
    public Type Type { get; }

    /// <summary>Whether it has a default value, so that a peer may leave it out.</summary>
    public bool IsOptional { get; }

    /// <summary>Whether it is a <c>params</c> array, which takes all arguments from there on.</summary>
    public bool TakesRest { get; }

    /// <summary>The value that the method gets if the peer leaves it out; null without one.</summary>
    public object? DefaultValue { get; }

    /// <summary>The attributes of the parameter in the contract, then those of the same parameter in the class; found when first asked for.</summary>
    public IReadOnlyList<Attribute> Attributes => field ??= _findAttributes();
}
