namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Says at each step of a run which thread goes on.</summary>
internal interface IStrategy
{
    /// <param name="choices">How many threads can go on: two or more.</param>
    /// <param name="isPreemption">Whether the first of them is the one that has run so far; to choose another interrupts it.</param>
    int Choose(int choices, bool isPreemption);
}
