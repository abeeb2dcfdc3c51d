using Mprpc.Diagnostics;
using Mprpc.Dispatch;
using Mprpc.Scheduling;

namespace Mprpc.Connections;

/// <summary>
/// A method as the connections know it that serve its calls: what its answers take, and whether it blocks its thread. Safe for concurrent use.
/// </summary>
internal abstract class ServedMethod(string wireName)
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

    /// <summary>The name on the wire, with its prefix.</summary>
    public string WireName { get; } = wireName;

    /// <summary>What its calls are counted as.</summary>
    public CallSeries Series { get; protected init; } = new(wireName);

    /// <summary>Whether the method has lately blocked its thread, so that it is not to run on the read loop.</summary>
    public bool BlocksItsThread => _blocks.IsHeld;

    public void MarkBlocking() => _blocks.Raise();

    /// <summary>How many bytes a call is expected to answer, by what calls have answered so far.</summary>
    public int ExpectedAnswer => Volatile.Read(ref _expectedAnswer) is var expected && expected == Unknown ? ExpectedOfUnknown : expected;

    /// <summary>
    /// No call has answered for long: if none has ever, not much is expected of them any more, so that many may wait side by side for what they wait for.
    /// </summary>
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

    /// <summary>The size of answers is known before there is one.</summary>
    protected void SetAnswerSize(int bytes) => _expectedAnswer = bytes;
}
