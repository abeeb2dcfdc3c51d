namespace Mprpc.SourceGenerator.Model;

/// <summary>A setter of a generic type: what reaches it must have the same type parameters.</summary>
/// <param name="Parameters">The type parameters, such as "&lt;T&gt;".</param>
/// <param name="Constraints">Their constraints.</param>
/// <param name="Arguments">What stands for them, such as "&lt;int&gt;".</param>
/// <param name="DeclaringType">The type that declares the member, in terms of the parameters.</param>
/// <param name="Type">The member's type, in terms of the parameters.</param>
internal sealed record AccessorModel(string Parameters, string Constraints, string Arguments, string DeclaringType, string Type);
