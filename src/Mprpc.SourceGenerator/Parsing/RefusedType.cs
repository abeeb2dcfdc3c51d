using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A type that no formatter is generated for.</summary>
/// <param name="Type">The type.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsRefusedAtRunTime">Whether reflection cannot do it either, so that no value of it can be sent.</param>
internal readonly record struct RefusedType(ITypeSymbol Type, string Reason, bool IsRefusedAtRunTime);
