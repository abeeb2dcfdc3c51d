namespace Mprpc.Comparison.OneProcess;

/// <summary>This build by the other, in one scenario: calls per second, and processor time a call on both sides together.</summary>
internal sealed record TurnsResult(Scenario Scenario, MedianWithError Rate, MedianWithError Cpu);
