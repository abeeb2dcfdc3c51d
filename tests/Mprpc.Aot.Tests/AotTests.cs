using System.Globalization;

namespace Mprpc.Aot.Tests;

/// <summary>samples/Aot as a native binary: what docs/aot.md says of it.</summary>
[Collection(nameof(NativeSample))]
public sealed class AotTests(NativeSample sample, ITestOutputHelper output)
{
    private const int Starts = 7;

    [Fact]
    public void Publish_OfTheSample_GivesNoWarning()
    {
        string log = sample.PublishLog;

        Assert.DoesNotContain("warning", log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("error", log, StringComparison.OrdinalIgnoreCase);
        Assert.True(sample.Binary.Exists);
    }

    [Fact]
    public async Task Binary_Called_AnswersNumbersListsAndRecords()
    {
        await using RunningSample native = await RunningSample.StartNativeAsync(sample.Binary.FullName);

        int sum = await native.Client.CallAsync<int>("sum", 1, 2);
        Statistics exact = await native.Client.CallAsync<Statistics>("describe", new List<double> { 1, 2.5 });
        Statistics whole = await native.Client.CallAsync<Statistics>("describe", new List<double> { 1, 2.75 }, 1);
        object?[] onTheWire = await native.Client.CallAsync<object?[]>("describe", new List<double>());

        Assert.Equal(3, sum);
        Assert.Equal(new Statistics(2, 1.75), exact);
        Assert.Equal(new Statistics(2, 2), whole);
        Assert.Equal(2, onTheWire.Length);
    }

    [Fact]
    public async Task Binary_InDevelopment_DescribesItsMethods()
    {
        await using RunningSample native = await RunningSample.StartNativeAsync(sample.Binary.FullName, "--environment", "Development");

        string document = (await native.Client.CallAsync<MprpcRaw>("$/inspect")).ToString();

        Assert.Contains(
            """
            {"name":"describe","parameters":[["list<float64>","values"],["Rounding","rounding"]],"required":1,"defaults":[0],"return_type":"Statistics",
            """,
            document,
            StringComparison.Ordinal);
        Assert.Contains(
            """
            "Statistics":{"kind":"array","members":[["int32","Count",0],["float64","Mean",1]]}
            """,
            document,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binary_Started_AnswersItsFirstCallBeforeTheJitDoes()
    {
        string binary = sample.Binary.FullName;

        (double Milliseconds, long Memory)[] figures = await MeasureAsync(
            () => RunningSample.StartNativeAsync(binary), () => RunningSample.StartManagedAsync(NativeSample.Managed));
        (double Milliseconds, long Memory) native = figures[0];
        (double Milliseconds, long Memory) managed = figures[1];

        output.WriteLine(Line("native", native));
        output.WriteLine(Line("just in time", managed));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"binary: {sample.Binary.Length / 1e6:N1} MB"));
        Assert.True(native.Milliseconds < managed.Milliseconds, $"{Line("native", native)}; {Line("just in time", managed)}");
        Assert.InRange(sample.Binary.Length, 1, 32 << 20);
    }

    /// <summary>The medians of several starts of each, in turns: a machine that is busy for a while is so for all.</summary>
    private static async Task<(double Milliseconds, long Memory)[]> MeasureAsync(params Func<Task<RunningSample>>[] samples)
    {
        List<(double Milliseconds, long Memory)>[] figures = [.. samples.Select(_ => new List<(double, long)>())];

        for (int i = 0; i < Starts; i++)
        {
            for (int sample = 0; sample < samples.Length; sample++)
            {
                await using RunningSample running = await samples[sample]();
                await running.Client.CallAsync<int>("sum", 1, 2);
                figures[sample].Add((running.Elapsed.TotalMilliseconds, running.ResidentMemory));
            }
        }

        return [.. figures.Select(all => (
            all.Select(one => one.Milliseconds).Order().ElementAt(Starts / 2),
            all.Select(one => one.Memory).Order().ElementAt(Starts / 2)))];
    }

    private static string Line(string name, (double Milliseconds, long Memory) figures)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: first answer after {figures.Milliseconds:N0} ms, {figures.Memory / 1e6:N0} MB resident (medians of {Starts} starts)");
}
