using System.Diagnostics;
using CsCheck;
using Mprpc.Fuzz;
using Mprpc.Fuzz.Targets;

namespace Mprpc.Reliability.Fuzzing;

/// <summary>
/// Random and mutated inputs: no crash, no hang, memory in proportion to the bytes. What coverage-guided fuzzing finds is kept in tests/Mprpc.Fuzz/corpus,
/// which runs first.
/// </summary>
public sealed class FuzzPropertyTests
{
    private static readonly IReadOnlyList<byte[]> s_seeds = Mutator.LoadSeeds();

    [Theory]
    [InlineData("scanner")]
    [InlineData("binder")]
    [InlineData("login")]
    [InlineData("control")]
    [InlineData("extensions")]
    [InlineData("streams")]
    [InlineData("upgrade")]
    [InlineData("sharedport")]
    [InlineData("proxy")]
    public void Seeds_AsTheyAre_KeepThePromises(string name)
    {
        FuzzTarget target = FuzzTargets.Find(name);

        Assert.NotEmpty(s_seeds);
        Assert.All(s_seeds, seed => target.Run(seed));
    }

    [Theory]
    [InlineData("scanner", 1_800_000)]
    [InlineData("binder", 200_000)]
    [InlineData("errors", 300_000)]
    [InlineData("login", 20_000)]
    [InlineData("control", 50_000)]
    [InlineData("extensions", 3_000)]
    [InlineData("streams", 50_000)]
    [InlineData("upgrade", 100_000)]
    [InlineData("sharedport", 100_000)]
    [InlineData("proxy", 100_000)]
    public void Inputs_RandomAndMutated_KeepThePromises(string name, int count)
    {
        FuzzTarget target = FuzzTargets.Find(name);
        var mutator = new Mutator(s_seeds);
        var watch = Stopwatch.StartNew();

        // The number of the input is all there is to shrink and to report: the same one makes the same bytes. One thread, since memory is counted by thread.
        Gen.Int.Sample(number => target.Run(mutator.Make(number)), iter: count, threads: 1);

        Results.Add($"{nameof(Inputs_RandomAndMutated_KeepThePromises)}, {name}", $"{count:N0} inputs, {count / watch.Elapsed.TotalSeconds:N0} a second");
    }
}
