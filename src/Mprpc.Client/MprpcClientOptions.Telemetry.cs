namespace Mprpc.Client;

/// <content>What metrics tell of calls.</content>
public sealed partial class MprpcClientOptions
{
    /// <summary>
    /// The codes of the server's errors that metrics and traces tell apart, besides those of the protocol. Default none: calls that are answered with another
    /// code are counted as <c>error</c>, so that no series comes from what a server has sent.
    /// </summary>
    /// <exception cref="ArgumentNullException">It is null when the client is created.</exception>
    public IReadOnlyList<string> MeasuredErrorCodes { get; set; } = [];
}
