using MessagePack;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A contract whose values the user formats.</summary>
[MprpcService]
public interface IThermometer
{
    Task<Celsius> WarmAsync(Celsius temperature, int degrees);

    Task<Reading> ReadAsync(Celsius temperature);

    Task<List<Celsius>> AllAsync(List<Celsius> temperatures);
}

/// <summary>Could be formatted without help, as a map, so that a formatter of the user's that is not asked would show.</summary>
public readonly record struct Celsius(double Degrees);

[MessagePackObject]
public sealed record Reading([property: Key(0)] Celsius Temperature, [property: Key(1)] string Place);

internal sealed class Thermometer : IThermometer
{
    public Task<Celsius> WarmAsync(Celsius temperature, int degrees) => Task.FromResult(new Celsius(temperature.Degrees + degrees));

    public Task<Reading> ReadAsync(Celsius temperature) => Task.FromResult(new Reading(temperature, "here"));

    public Task<List<Celsius>> AllAsync(List<Celsius> temperatures) => Task.FromResult(temperatures);
}
