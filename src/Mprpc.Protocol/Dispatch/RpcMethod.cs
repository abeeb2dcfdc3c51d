using System.Text;
using Mprpc.Connections;
using Mprpc.Contracts;
using Mprpc.Diagnostics;
using Mprpc.Messages;
using Mprpc.Scheduling;

namespace Mprpc.Dispatch;

/// <summary>A published method: its name, what it takes, and how to run it.</summary>
internal abstract class RpcMethod(MprpcMethodDescription description, string wireName)
{
    private BlockingPenalty _blocks;
    private int _running;
    private FailureLog? _failures;

    public MprpcMethodDescription Description { get; } = description;

    /// <summary>The name on the wire, with its prefix.</summary>
    public string WireName { get; } = wireName;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(wireName);

    /// <summary>Whether the method has lately blocked its thread, so that it is not to run on the read loop.</summary>
    public bool BlocksItsThread => _blocks.IsHeld;

    public void MarkBlocking() => _blocks.Raise();

    /// <summary>How many calls run that are not <see cref="ReusedCall"/>s: those behind a policy, and those on a thread of their own.</summary>
    public int Running => Volatile.Read(ref _running);

    public void AddRunning() => Interlocked.Increment(ref _running);

    public void RemoveRunning() => Interlocked.Decrement(ref _running);

    /// <summary>Where it is said that calls threw; made when one does.</summary>
    public FailureLog Failures => _failures ?? Interlocked.CompareExchange(ref _failures, new FailureLog(), null) ?? _failures;

    /// <summary>Attributes of class, contract and method, and what the mapping has added; the most specific last.</summary>
    public IReadOnlyList<object> Metadata { get; set; } = [];

    /// <summary>What stands before the method; null: nothing. Set at start-up.</summary>
    public MethodPolicy? Policy { get; set; }

    /// <summary>Binds the parameters, runs the method and answers.</summary>
    /// <returns>False where the read loop has gone on without this thread.</returns>
    public abstract bool Invoke(in IncomingCall call, ref MprpcReader parameters);

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
