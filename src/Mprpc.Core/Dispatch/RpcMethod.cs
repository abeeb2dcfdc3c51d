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
}
