namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>Among a connection's features: it is the page's own.</summary>
internal sealed class PageMark
{
    public static PageMark Instance { get; } = new();
}
