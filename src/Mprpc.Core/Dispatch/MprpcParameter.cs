using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>A parameter that stands on the wire. For generated code.</summary>
/// <param name="Name">Its C# name, for errors.</param>
/// <param name="IsOptional">Whether it has a default value, so that a peer may leave it out.</param>
/// <param name="IsRest">Whether it takes all that a peer sends from there on, or nothing.</param>
/// <param name="IsStream">Whether it is a stream, which a peer may feed while the call runs.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly record struct MprpcParameter(string Name, bool IsOptional = false, bool IsRest = false, bool IsStream = false);
