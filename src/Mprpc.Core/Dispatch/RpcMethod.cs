using System.Reflection;
using System.Text;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>A published method: its name, what it takes, and how to run it.</summary>
internal abstract class RpcMethod(MprpcMethodDescription description, string wireName) : ServedMethod(wireName)
{
    public MprpcMethodDescription Description { get; } = description;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(wireName);

    /// <summary>Attributes of class, contract and method, and what the mapping has added; the most specific last.</summary>
    public IReadOnlyList<object> Metadata { get; set; } = [];

    /// <summary>The method in its contract, and in the class, where that is another: their parameters have attributes. Set at start-up.</summary>
    public IReadOnlyList<MethodInfo> Declarations { get; set; } = [];

    /// <summary>The parameters as filters see them.</summary>
    public IReadOnlyList<MprpcParameterInfo> Parameters => field ??= [.. Description.Parameters.Select(Describe)];

    /// <summary>Answers its calls; set by its dispatcher.</summary>
    public CallAnswers Answers { get; set; } = null!;

    /// <summary>What stands before the method; null: nothing. Set at start-up.</summary>
    public MethodPolicy? Policy { get; set; }

    /// <summary>Whether each of its calls can be cancelled, since the method takes a token or a context; set by its dispatcher.</summary>
    public bool IsControlled { get; set; }

    /// <summary>Whether its calls need a context: the method, or what makes its service.</summary>
    public virtual bool NeedsContext => Description.NeedsContext;

    /// <summary>
    /// Binds the parameters, runs the method and answers; or has it answered later. On a read loop the thread may have lost the loop afterwards.
    /// </summary>
    public abstract void Invoke(in IncomingCall call, ref MprpcReader parameters);

    /// <summary>Makes a call that goes through the policy.</summary>
    /// <param name="call">The call, apart from the read loop.</param>
    /// <param name="context">Its context.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="invalidArguments">Why the arguments are none for this method: told only to who may call it.</param>
    public abstract GuardedCall Guard(in IncomingCall call, CallContext context, CallArguments arguments, RpcError? invalidArguments);

    /// <summary>The method as C# tells overloads apart: by the types of its parameters, or by their names where generated code gives no types.</summary>
    public string Signature => $"{this}({string.Join(", ", Description.ParameterTypes ?? [.. Description.Parameters.Select(parameter => parameter.Name)])})";

    /// <summary>The method as C# names it.</summary>
    public override string ToString() => $"{Description.Service}.{Description.Name}";

    private MprpcParameterInfo Describe(MprpcParameter parameter, int index)
    {
        MprpcArgument argument = Description.Details.Arguments[index];
        object? defaultValue = parameter.IsOptional ? argument.DefaultValue : null;
        return new MprpcParameterInfo(
            parameter.Name, argument.Type, parameter.IsOptional, parameter.IsRest, defaultValue, () => AttributesOf(parameter.Name));
    }

    /// <summary>By its place: the class's method may name it otherwise than the contract. What overrides a method inherits its attributes.</summary>
    private Attribute[] AttributesOf(string parameter)
    {
        int position = Declarations.Select(method => Array.FindIndex(method.GetParameters(), declared => declared.Name == parameter))
            .FirstOrDefault(found => found >= 0, -1);
        IEnumerable<MethodInfo> attributed = Declarations is [{ DeclaringType.IsInterface: true }, ..] ? Declarations : Declarations.TakeLast(1);
        return position < 0 ? [] : [.. attributed.SelectMany(method => Attribute.GetCustomAttributes(method.GetParameters()[position], inherit: true))];
    }
}
