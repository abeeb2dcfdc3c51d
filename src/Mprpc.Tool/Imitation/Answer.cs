namespace Mprpc.Tool.Imitation;

/// <summary>What a request is answered with.</summary>
/// <param name="Error">The error, or nil.</param>
/// <param name="Result">The result, or nil.</param>
internal sealed record Answer(MprpcRaw Error, MprpcRaw Result);
