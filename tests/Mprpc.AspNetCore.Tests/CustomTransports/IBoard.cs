namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>What a typed client calls of the board.</summary>
[MprpcService]
public interface IBoard
{
    Task<int> SumAsync(int x, int y);
}
