using System.Text.Json;

namespace Mprpc.Tool.Descriptions;

/// <summary>A member of a described type.</summary>
/// <param name="Type">Its type; of an enum's member the enum's own.</param>
/// <param name="Name">Its name in the server's language.</param>
/// <param name="Key">Its key in the map, its place in the array, or the number that stands for the name.</param>
internal sealed record MemberDescription(TypeExpression Type, string Name, JsonElement Key);
