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
    private const int Unknown = -1;

    // As much as a large answer has; of a method that takes its time little is expected until it has answered.
    private const int ExpectedOfUnknown = 128 * 1024;
    private const int ExpectedOfSlow = 256;

    // So that one large answer is forgotten after some dozens of small ones.
    private const int ForgettingRate = 16;

    private BlockingPenalty _blocks;
    private int _expectedAnswer = Unknown;
    private FailureLog? _failures;

    public MprpcMethodDescription Description { get; } = description;

    /// <summary>The name on the wire, with its prefix.</summary>
    public string WireName { get; } = wireName;

    public byte[] NameUtf8 { get; } = Encoding.UTF8.GetBytes(wireName);

    /// <summary>Whether the method has lately blocked its thread, so that it is not to run on the read loop.</summary>
    public bool BlocksItsThread => _blocks.IsHeld;

    public void MarkBlocking() => _blocks.Raise();

    /// <summary>How many bytes a call is expected to answer, by what calls have answered so far.</summary>
    public int ExpectedAnswer => Volatile.Read(ref _expectedAnswer) is var expected && expected == Unknown ? ExpectedOfUnknown : expected;

    /// <summary>No call has answered for long: if none has ever, not much is expected of them any more, so that many may wait side by side for what they wait for.</summary>
    public void ExpectLittleIfUnknown() => Interlocked.CompareExchange(ref _expectedAnswer, ExpectedOfSlow, Unknown);

    /// <summary>A call has answered so many bytes.</summary>
    public void OnAnswered(int bytes)
    {
        int expected = _expectedAnswer;

        if (bytes > expected)
        {
            _expectedAnswer = bytes;
        }
        else if (expected - bytes > expected / 2)
        {
            _expectedAnswer = expected - (expected / ForgettingRate);      // a lost update does no harm
        }
    }

    /// <summary>Where it is said that calls threw; made when one does.</summary>
    public FailureLog Failures => _failures ?? Interlocked.CompareExchange(ref _failures, new FailureLog(), null) ?? _failures;

    /// <summary>Attributes of class, contract and method, and what the mapping has added; the most specific last.</summary>
    public IReadOnlyList<object> Metadata { get; set; } = [];

    /// <summary>What stands before the method; null: nothing. Set at start-up.</summary>
    public MethodPolicy? Policy { get; set; }

    /// <summary>Binds the parameters, runs the method and answers; or has it answered later. On a read loop the thread may have lost the loop afterwards.</summary>
    public abstract void Invoke(in IncomingCall call, ref MprpcReader parameters);

    /// <summary>The size of answers is known before there is one.</summary>
    protected void SetAnswerSize(int bytes) => _expectedAnswer = bytes;

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
