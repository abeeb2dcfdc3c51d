using System.Text;
using Mprpc.Connections;
using Mprpc.Contracts;

namespace Mprpc.Dispatch;

/// <summary>A published method: its name, what it takes, and how to run it.</summary>
internal abstract class RpcMethod(MprpcMethodDescription description, string wireName)
{
    private Suspicion _blocks;

    public MprpcMethodDescription Description { get; } = description;

    /// <summary>The name on the wire, with its prefix.</summary>
    public string WireName { get; } = wireName;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(wireName);

    /// <summary>Whether the method has lately blocked its thread, so that it is not to run on the read loop.</summary>
    public bool BlocksItsThread => _blocks.IsHeld;

    public void MarkBlocking() => _blocks.Raise();

    /// <summary>Binds the parameters, runs the method and answers.</summary>
    /// <returns>False where the read loop has gone on without this thread.</returns>
    public abstract bool Invoke(in IncomingCall call, ref MprpcReader parameters);

    /// <summary>The method as C# tells overloads apart: by the types of its parameters, or by their names where generated code gives no types.</summary>
    public string Signature => $"{this}({string.Join(", ", Description.ParameterTypes ?? [.. Description.Parameters.Select(parameter => parameter.Name)])})";

    /// <summary>The method as C# names it.</summary>
    public override string ToString() => $"{Description.Service}.{Description.Name}";
}
