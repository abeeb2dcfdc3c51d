namespace Mprpc.AspNetCore.Tests.Results;

/// <summary>A result whose second property cannot be read.</summary>
public sealed class Unserializable
{
    public int First { get; set; } = 1;

    public int Second
    {
        get => throw new InvalidTimeZoneException("secret");
        set => First = value;
    }
}
