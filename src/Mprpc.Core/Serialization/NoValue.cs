namespace Mprpc.CompilerServices;

/// <summary>The result of a method that returns none: nil on the wire.</summary>
public readonly struct NoValue : IEquatable<NoValue>
{
    /// <inheritdoc/>
    public bool Equals(NoValue other) => true;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NoValue;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <summary>True: all are the same.</summary>
    public static bool operator ==(NoValue left, NoValue right) => left.Equals(right);

    /// <summary>False: all are the same.</summary>
    public static bool operator !=(NoValue left, NoValue right) => !left.Equals(right);
}
