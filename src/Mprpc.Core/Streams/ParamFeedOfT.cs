using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <inheritdoc/>
internal sealed class ParamFeed<T>(int index, IAsyncEnumerable<T> source) : ParamFeed(index)
{
    public override Task<MprpcRaw> CollectAsync(
        IItemEncoding encoding, StreamLimits limits, TimeProvider clock, CancellationToken cancellationToken)
        => StreamCollector.CollectAsync(source, encoding, limits, $"Argument {Index}", "Send fewer", clock, cancellationToken);

    public override Task<MprpcRaw> PumpAsync(IStreamConnection connection, long number, StreamCredit credit, CancellationToken cancellationToken)
        => new StreamPump<T>(source, connection, number, credit).RunAsync(cancellationToken);
}
