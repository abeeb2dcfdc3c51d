using System.Runtime.Serialization;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A data contract that can contain itself.</summary>
[DataContract]
public sealed class Link
{
    [DataMember]
    public Link? Next { get; set; }

    [DataMember]
    public object? Any { get; set; }
}
