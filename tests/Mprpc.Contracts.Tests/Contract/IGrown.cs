using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A union of which one type contains the union.</summary>
[Union(0, typeof(Leaf))]
[Union(1, typeof(Fork))]
public interface IGrown;
