using StreamJsonRpc;

namespace Mprpc.Comparison.Peers;

/// <summary>StreamJsonRpc with streams in batches of 100, read 1,000 items ahead.</summary>
internal sealed class StreamJsonRpcTunedPeer : StreamJsonRpcPeer
{
    public override string Name => "streamjsonrpc-tuned";

    protected override JsonRpcEnumerableSettings Batching { get; } = new() { MinBatchSize = 100, MaxReadAhead = 1000 };

    public override bool Runs(Scenario scenario) => scenario.IsOfItems;
}
