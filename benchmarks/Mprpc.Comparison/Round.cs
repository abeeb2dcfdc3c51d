namespace Mprpc.Comparison;

/// <summary>What one window of one system gave. Windows with the same number ran beside each other.</summary>
internal sealed record Round(int Number, IReadOnlyDictionary<Metric, double> Values);
