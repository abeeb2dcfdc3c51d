namespace Mprpc.Serialization;

/// <summary>A formatter that formats nothing.</summary>
internal interface IRefusingFormatter
{
    /// <summary>Why, and the remedy.</summary>
    string Reason { get; }
}
