namespace Mprpc.Contracts.Tests.Contract;

/// <summary>An item of streams that is a struct.</summary>
public readonly record struct Gauge(string Sensor, double Value);
