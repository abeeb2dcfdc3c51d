namespace Mprpc.SourceGenerator.Model;

/// <summary>A type whose formatter is generated.</summary>
/// <param name="Identifier">A name made of the type that is unique among the generated types.</param>
/// <param name="IsValueType">Whether it is a struct, which nil cannot be read as.</param>
/// <param name="IsMap">Whether it is a map from member name to value, else an array.</param>
/// <param name="Members">Its members, in the order in which they are written.</param>
/// <param name="Constructor">Indexes of the members that its constructor takes, in that order.</param>
/// <param name="HasCallbacks">Whether it implements IMessagePackSerializationCallbackReceiver.</param>
/// <param name="IsRecursive">Whether values of the type may contain others of it.</param>
internal sealed record ObjectModel(
    string Identifier,
    bool IsValueType,
    bool IsMap,
    EquatableArray<MemberModel> Members,
    EquatableArray<int> Constructor,
    bool HasCallbacks,
    bool IsRecursive = false);
