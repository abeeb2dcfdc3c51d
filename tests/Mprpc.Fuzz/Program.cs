using System.Diagnostics;
using System.Globalization;
using Mprpc.Fuzz;
using Mprpc.Fuzz.Targets;
using SharpFuzz;

// afl TARGET         what afl-fuzz starts (run.sh)
// mutate TARGET N    N inputs of its own making, from the seeds
// replay TARGET FILE one input, as a finding left it
return args switch
{
    ["afl", string target] => Afl(target),
    ["mutate", string target, string count, .. string[] rest]
        => Mutate(target, long.Parse(count, CultureInfo.InvariantCulture), rest is [string first] ? int.Parse(first, CultureInfo.InvariantCulture) : 0),
    ["replay", string target, string file] => Replay(target, file),
    _ => Usage(),
};

static int Afl(string name)
{
    // Made at the first input: what runs of the instrumented code before SharpFuzz has its coverage map writes to address 0, and the fork server dies with
    // signal 6.
    FuzzTarget? target = null;
    Fuzzer.OutOfProcess.Run(stream =>
    {
        target ??= FuzzTargets.Find(name);
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Run(input.GetBuffer().AsSpan(0, (int)input.Length));
    });
    return 0;
}

static int Mutate(string name, long count, int first)
{
    FuzzTarget target = FuzzTargets.Find(name);
    var mutator = new Mutator(Mutator.LoadSeeds());
    var watch = Stopwatch.StartNew();

    for (long i = 0; i < count; i++)
    {
        byte[] input = mutator.Make(unchecked((int)(first + i)));

        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            Console.WriteLine($"input {first + i}: {Convert.ToHexString(input)}\n{exception}");
            return 1;
        }
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {count:N0} inputs from number {first}, no finding; "
        + $"{watch.Elapsed.TotalSeconds:N0} s, {count / watch.Elapsed.TotalSeconds:N0} a second"));
    return 0;
}

static int Replay(string name, string file)
{
    FuzzTarget target = FuzzTargets.Find(name);
    byte[] input = File.ReadAllBytes(file);

    // Over and over: memory is looked at when what is made at first and stays has been made, and counted where it is this thread that runs the methods.
    for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(1);)
    {
        target.Run(input);
    }

    Console.WriteLine("No finding.");
    return 0;
}

static int Usage()
{
    Console.WriteLine("afl TARGET | mutate TARGET COUNT [FIRST] | replay TARGET FILE; targets: " + string.Join(", ", FuzzTargets.Names));
    return 2;
}
