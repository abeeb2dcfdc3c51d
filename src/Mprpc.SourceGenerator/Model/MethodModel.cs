namespace Mprpc.SourceGenerator.Model;

/// <summary>A published method.</summary>
/// <param name="Name">Its C# name.</param>
/// <param name="DeclaringType">The type that declares it, as C# text; it is called through that one, so that no overload of a derived type is taken for
/// it.</param>
/// <param name="WireName">The name on the wire where an attribute sets it, else null.</param>
/// <param name="Returns">How it gives its result back.</param>
/// <param name="Bytes">Of a stream of bytes, which it may also return as a task: Stream or PipeReader; else null.</param>
/// <param name="ReturnType">What it returns, as C# text.</param>
/// <param name="ResultType">What stands on the wire, as C# text: of a stream one item; null where nothing does.</param>
/// <param name="Parameters">All of its parameters.</param>
/// <param name="Prefetch">How many items of its stream the peer may be ahead; 0: as many as fit the window.</param>
/// <param name="MaxPlainItems">How many items a peer gets at most that takes no streams; 0: as many as the options say.</param>
/// <param name="IsIdempotent">Whether a client may make a call of it again that may have run.</param>
internal sealed record MethodModel(
    string Name,
    string DeclaringType,
    string? WireName,
    ReturnKind Returns,
    string? Bytes,
    string ReturnType,
    string? ResultType,
    EquatableArray<ParameterModel> Parameters,
    int Prefetch,
    int MaxPlainItems,
    bool IsIdempotent)
{
    public IEnumerable<ParameterModel> WireParameters => Parameters.Where(parameter => parameter.Source == ParameterSource.Wire);

    /// <summary>Whether a peer feeds it while it runs.</summary>
    public bool HasStreams => Parameters.Any(parameter => parameter.Item is not null);

    public bool TakesCancellationToken => Parameters.Any(parameter => parameter.Source == ParameterSource.CancellationToken);

    public bool NeedsContext => Parameters.Any(parameter => parameter.Source is ParameterSource.CallContext or ParameterSource.Services);
}
