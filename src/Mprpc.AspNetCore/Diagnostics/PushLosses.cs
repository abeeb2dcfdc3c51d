namespace Mprpc.AspNetCore.Diagnostics;

/// <summary>Of how many connections a notification was not delivered, and why. Not safe for concurrent use.</summary>
internal struct PushLosses
{
    public int NotCallable { get; set; }

    public int TooLarge { get; set; }

    public int NotEncodable { get; set; }

    public int TooSlow { get; set; }

    public int NoMetadata { get; set; }

    /// <summary>To other servers: how many messages, whoever was to get them.</summary>
    public int Backplane { get; set; }

    public readonly bool IsNone => (NotCallable | TooLarge | NotEncodable | TooSlow | NoMetadata | Backplane) == 0;
}
