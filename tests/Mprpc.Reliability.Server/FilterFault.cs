namespace Mprpc.Reliability.Server;

/// <summary>What a <see cref="FaultyFilterAttribute"/> does.</summary>
public enum FilterFault
{
    ThrowsAtOnce,
    ThrowsLater,
    ThrowsBehindTheMethod,
    CancelsItself,
    AnswersNothing,
    AnswersAnotherType,
    RunsTheMethodTwice,
}
