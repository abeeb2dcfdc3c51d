namespace Mprpc.SourceGenerator.Model;

/// <summary>A published method.</summary>
/// <param name="Name">Its C# name.</param>
/// <param name="DeclaringType">The type that declares it, as C# text; it is called through that one, so that no overload of a derived type is taken for
/// it.</param>
/// <param name="WireName">The name on the wire where an attribute sets it, else null.</param>
/// <param name="Returns">How it gives its result back.</param>
/// <param name="ReturnType">What it returns, as C# text.</param>
/// <param name="ResultType">What stands on the wire, as C# text; null where nothing does.</param>
/// <param name="Parameters">All of its parameters.</param>
internal sealed record MethodModel(
    string Name, string DeclaringType, string? WireName, ReturnKind Returns, string ReturnType, string? ResultType, EquatableArray<ParameterModel> Parameters)
{
    public IEnumerable<ParameterModel> WireParameters => Parameters.Where(parameter => parameter.Source == ParameterSource.Wire);

    public bool TakesCancellationToken => Parameters.Any(parameter => parameter.Source == ParameterSource.CancellationToken);

    public bool NeedsContext => Parameters.Any(parameter => parameter.Source is ParameterSource.CallContext or ParameterSource.Services);
}
