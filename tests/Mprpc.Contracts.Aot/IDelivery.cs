using System.ComponentModel.DataAnnotations;

namespace Mprpc.Contracts.Aot;

/// <summary>A contract whose arguments a filter looks at.</summary>
[MprpcService]
public interface IDelivery
{
    Task<string> SendAsync([Range(1, 9)] int count, Parcel parcel, Size? size = Size.Large, params string[] notes);
}

public sealed record Parcel(string Name, int[] Weights);

public enum Size
{
    Small,
    Large,
}
