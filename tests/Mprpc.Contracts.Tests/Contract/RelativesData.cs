using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Collections that cannot be filled, one of them with a setter.</summary>
public sealed class Frozen
{
    public ImmutableList<int> List { get; set; } = [];

    public ImmutableDictionary<string, int> Map { get; init; } = ImmutableDictionary<string, int>.Empty;

#pragma warning disable MPRPC017 // It is not sent, which a test says.
    public ReadOnlyCollection<int> Fixed { get; } = new([9]);
#pragma warning restore MPRPC017
}

/// <summary>Its type argument grows from member to member, without end.</summary>
public sealed class Growing<T>
{
    public T? Value { get; set; }

    public Growing<List<T>>? Next { get; set; }
}

public sealed record GrowingKey<T>(T? Value, GrowingKey<List<T>>? Next);

/// <summary>Holds something, and shows none of it.</summary>
public readonly struct Opaque(int value)
{
    private readonly int _value = value;

    public int Get() => _value;
}

public sealed class Inside
{
    internal int Value { get; set; }
}

/// <summary>Holds nothing.</summary>
public sealed class Marker;
