namespace Mprpc.Core.Tests.Wire;

public sealed class MprpcMetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("$")]
    public void Set_KeyThatIsNotAllowed_Throws(string key)
    {
        var metadata = new MprpcMetadata();

        Assert.Throws<ArgumentException>(nameof(key), () => metadata[key] = "x");
        Assert.Empty(metadata);
    }

    [Fact]
    public void Set_AtEachBound_IsTakenAndOneBeyondThrows()
    {
        var full = new MprpcMetadata();
        var many = new MprpcMetadata();
        full.SetBytes("x", new byte[8191]);

        for (int i = 0; i < 64; i++)
        {
            many[$"k{i}"] = "";
        }

        Assert.Throws<ArgumentException>("value", () => full["y"] = "");
        Assert.Throws<ArgumentException>("value", () => full.SetBytes("x", new byte[8192]));
        Assert.Throws<ArgumentException>("key", () => many["one-more"] = "");
        Assert.Throws<ArgumentException>("key", () => new MprpcMetadata { [new string('k', 65)] = "" });
        Assert.Single(full);
        Assert.Equal(64, many.Count);
    }

    [Fact]
    public void Set_KeyThatIsThere_ReplacesItAndItsBytesNoLongerCount()
    {
        var metadata = new MprpcMetadata();
        metadata.SetBytes("x", new byte[8000]);

        metadata["x"] = "small";
        metadata.SetBytes("y", new byte[8000]);

        Assert.Equal("small", metadata["x"]);
        Assert.Equal(2, metadata.Count);
    }

    [Fact]
    public void Text_OfMetadata_DoesNotHaveTheValues()
    {
        var metadata = new MprpcMetadata { ["authorization"] = "Bearer secret" };

        Assert.Equal("authorization (13 bytes)", metadata.ToString());
    }

    [Fact]
    public void Get_KeyThatIsAbsent_IsNullOrThrows()
    {
        var metadata = new MprpcMetadata();

        Assert.Null(metadata.GetString("x"));
        Assert.Null(metadata.GetBytes("x"));
        Assert.False(metadata.ContainsKey("x"));
        Assert.Throws<KeyNotFoundException>(() => metadata["x"]);
    }

    [Fact]
    public void Empty_OfACallWithout_CannotBeChanged()
        => Assert.Throws<InvalidOperationException>(() => MprpcMetadata.Empty["x"] = "y");
}
