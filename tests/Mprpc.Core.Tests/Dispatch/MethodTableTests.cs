using System.Text;
using CsCheck;
using Mprpc.Dispatch;

namespace Mprpc.Core.Tests.Dispatch;

public sealed class MethodTableTests
{
    [Fact]
    public void Find_ThousandNames_FindsEachAndNoOther()
    {
        string[] names = [.. Enumerable.Range(0, 1000).Select(i => $"method_{i}")];
        var table = new MethodTable(names.Select(name => new NamedMethod(name)));

        Assert.All(names, name => Assert.Equal(name, Find(table, name)?.WireName));

        Assert.Null(Find(table, "method_1000"));
        Assert.Null(Find(table, "method_"));
        Assert.Null(Find(table, "Method_1"));
        Assert.Equal(1000, table.Methods.Count);
    }

    [Fact]
    public void Find_EachLengthFrom0To40_TellsNamesApartThatDifferInOneByte()
    {
        // The empty name can be asked for, never published by a contract; the table does not care.
        string[] names = [.. Enumerable.Range(0, 41).Select(length => new string('n', length))];
        var table = new MethodTable(names.Select(name => new NamedMethod(name)));

        foreach (string name in names)
        {
            Assert.Equal(name, Find(table, name)?.WireName);

            for (int i = 0; i < name.Length; i++)
            {
                byte[] other = Encoding.UTF8.GetBytes(name);
                other[i] = (byte)'m';
                Assert.Null(table.Find(other));
            }
        }
    }

    [Fact]
    public void Find_NamesWithTheSameHash_FindsEach()
    {
        // Length, first and last eight bytes are all that is hashed: these differ between.
        string[] names = [.. Enumerable.Range(0, 300).Select(i => $"service.{i:D4}.method__")];
        var table = new MethodTable(names.Select(name => new NamedMethod(name)));

        Assert.All(names, name => Assert.Equal(name, Find(table, name)?.WireName));

        Assert.Null(Find(table, "service.9999.method__"));
    }

    [Fact]
    public void Find_AnySetOfNames_FindsExactlyThose()
        => Gen.Select(Gen.String[0, 20].HashSet[0, 40], Gen.String[0, 20].Array[10]).Sample((names, others) =>
        {
            // Two strings with lone surrogates can be the same bytes.
            string[] published = [.. names.DistinctBy(name => Hex.Of(Encoding.UTF8.GetBytes(name)))];
            var table = new MethodTable(published.Select(name => new NamedMethod(name)));
            HashSet<string> bytes = [.. published.Select(name => Hex.Of(Encoding.UTF8.GetBytes(name)))];

            Assert.All(published, name => Assert.Equal(name, Find(table, name)?.WireName));
            Assert.All(others, name => Assert.Equal(bytes.Contains(Hex.Of(Encoding.UTF8.GetBytes(name))), Find(table, name) is not null));
        }, iter: 300);

    [Fact]
    public void Find_EmptyTable_FindsNothing()
    {
        var table = new MethodTable([]);

        Assert.Null(Find(table, ""));
        Assert.Null(Find(table, "sum"));
        Assert.Null(Find(table, new string('x', 1000)));
    }

    [Fact]
    public void Constructor_TwoMethodsWithOneName_NamesBothAndTheRemedies()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => new MethodTable([new NamedMethod("sum"), new NamedMethod("sum")]));

        Assert.Contains("Service.sum() and Service.sum()", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'sum'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[MprpcMethod", exception.Message, StringComparison.Ordinal);
    }

    private static RpcMethod? Find(MethodTable table, string name) => table.Find(Encoding.UTF8.GetBytes(name));
}
