using MessagePack;

namespace Mprpc.Fuzz.Targets;

/// <summary>One method for each kind of parameter; names of one letter, so that a mutation finds them.</summary>
public sealed class FuzzService
{
    public int A(int x, long y) => unchecked(x + (int)y);

    public string? B(string? value) => value;

    public byte[]? C(byte[]? value) => value;

    public double D(double x, float y) => x + y;

    public bool E(bool value) => value;

    public int[]? F(int[]? value) => value;

    public List<string?>? G(List<string?>? value) => value;

    public Dictionary<string, int>? H(Dictionary<string, int>? value) => value;

    public DateTime I(DateTime value) => value;

    public Guid J(Guid value) => value;

    public object? K(object? value) => value;

    public MprpcRaw L(MprpcRaw value) => value;

    public FuzzRecord? M(FuzzRecord? value) => value;

    public DayOfWeek N(DayOfWeek value) => value;

    public int? O(int? value = 5) => value;

    public ulong P(ulong x, ushort y, byte z) => x + y + z;

    public (int, string?) Q((int, string?) value) => value;

    public decimal R(decimal value) => value;

    public void S(sbyte value) => _ = value;

    public int[][]? T(int[][]? value) => value;

    public FuzzRecord[]? U(FuzzRecord[]? value) => value;

    public HashSet<int>? V(HashSet<int>? value) => value;

    public int W(params int[] values) => values?.Length ?? 0;

    public TimeSpan X(TimeSpan value) => value;

    public char Y(char value) => value;

    public Dictionary<object, object?>? Z(Dictionary<object, object?>? value) => value;
}

/// <summary>A value with members.</summary>
[MessagePackObject(keyAsPropertyName: true)]
public sealed class FuzzRecord
{
    public int Number { get; set; }

    public string? Text { get; set; }

    public FuzzRecord? Next { get; set; }

    public List<double>? Values { get; set; }
}
