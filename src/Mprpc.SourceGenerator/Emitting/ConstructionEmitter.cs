using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how an object is made of the members that were read.</summary>
internal static class ConstructionEmitter
{
    /// <param name="code">Where to.</param>
    /// <param name="model">The members; what was read of each is in value0, value1 and so on.</param>
    /// <param name="type">The type as C# text.</param>
    /// <param name="has">The condition that a member was sent.</param>
    /// <param name="setters">What stands before the names of the methods that set init-only members.</param>
    public static void Emit(CodeWriter code, ObjectModel model, string type, Func<int, string> has, string setters)
    {
        string arguments = string.Join(", ", model.Constructor.Select(i => $"value{i}"));
        string required = string.Join(", ", Indexes(model, Assignment.Initializer).Select(i => $"{CodeWriter.Name(model.Members[i].Name)} = value{i}"));
        code.Line($"var result = new {type}({arguments}){(required.Length == 0 ? string.Empty : $" {{ {required} }}")};");

        foreach (int i in Indexes(model, Assignment.Setter).Concat(Indexes(model, Assignment.InitSetter)).Concat(Indexes(model, Assignment.Fill)))
        {
            code.Line();
            code.Open($"if ({has(i)})");
            code.Line(Assign(model, i, setters));
            code.Close();
        }

        code.Line();

        if (model.HasCallbacks)
        {
            code.Line("((global::MessagePack.IMessagePackSerializationCallbackReceiver)result).OnAfterDeserialize();");
        }

        code.Line("return result;");
    }

    private static string Assign(ObjectModel model, int i, string setters)
    {
        MemberModel member = model.Members[i];

        return member.Assignment switch
        {
            Assignment.Setter => $"result.{CodeWriter.Name(member.Name)} = value{i};",
            Assignment.Fill => $"global::Mprpc.CompilerServices.MprpcFormatting.Fill<{member.Element}>(result.{CodeWriter.Name(member.Name)}, value{i});",
            _ when member.Accessor is { } generic
                => $"{setters}Set{i}Of{generic.Arguments}.Set{i}({(model.IsValueType ? "ref " : string.Empty)}result, value{i});",
            _ => $"{setters}Set{i}({(model.IsValueType ? "ref " : string.Empty)}result, value{i});",
        };
    }

    public static IEnumerable<int> Indexes(ObjectModel model, Assignment assignment)
        => Enumerable.Range(0, model.Members.Length).Where(i => model.Members[i].Assignment == assignment);
}
