namespace Mprpc.Tool.Descriptions;

/// <summary>A parameter of a method.</summary>
/// <param name="Type">Its type; of a rest parameter the list of what is left.</param>
/// <param name="Name">Its name.</param>
/// <param name="Default">The value if it is left out, as JSON; null if it must be sent.</param>
/// <param name="IsRest">Whether it takes all further arguments.</param>
/// <param name="Doc">What is written about it, or null.</param>
internal sealed record ParameterDescription(TypeExpression Type, string Name, string? Default, bool IsRest, string? Doc);
