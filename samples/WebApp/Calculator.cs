using Mprpc;

namespace WebApp;

/// <summary>A plain class: its public methods can be called, as sum and echo.</summary>
public class Calculator
{
    public int Sum(int x, int y) => x + y;

    /// <summary>Any MessagePack value, its bytes untouched.</summary>
    public MprpcRaw Echo(MprpcRaw value) => value;
}
