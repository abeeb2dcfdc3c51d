using Mprpc.Contracts.Tests.Matrix;

namespace Mprpc.Contracts.Tests;

/// <summary>Each type in each place: parameter, result, member, element, item of a stream, key, object, untyped argument, MprpcRaw; and as Python's msgpack
/// has it.</summary>
public sealed class MatrixTests
{
    public static TheoryData<string> Names => [.. Rows.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Value_InEveryPlace_ArrivesAsItWas(string name)
    {
        Row row = Rows.All.Single(row => row.Name == name);

        List<string> wrong = await row.FindWrongAsync();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Value_OfATypeThatNoContractNames_ArrivesAsItWas()
    {
        IReadOnlyList<string> wrong = UnnamedTypes.FindWrong();

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Values_RepackedByPython_AreTheSame()
    {
        await Python.RequireAsync();
        await using Python script = Python.StartScript("repack.py", [.. Rows.All.Select(row => row.Hex)]);

        (int exitCode, string output) = await script.EndAsync();
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.True(exitCode == 0, output);
        Assert.Equal(Rows.All.Count, lines.Length);
        Assert.All(Rows.All.Zip(lines), pair => Assert.True(pair.First.IsReadFrom(Convert.FromHexString(pair.Second)), $"{pair.First.Name}: {pair.Second}"));
    }
}
