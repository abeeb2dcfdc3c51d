using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Diagnostics;

/// <summary>Something in a contract that is to be reported.</summary>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Symbol">Where it stands.</param>
/// <param name="Arguments">What the rule's message says of it.</param>
internal readonly record struct Problem(DiagnosticDescriptor Rule, ISymbol Symbol, params object[] Arguments)
{
    /// <summary>Whether the library refuses the contract for it, so that no code is generated either.</summary>
    public bool IsRefusal => Rule.DefaultSeverity == DiagnosticSeverity.Error && Rule != Rules.SameWireName;
}
