namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A key of several parts.</summary>
public readonly record struct Cell(int Row, string Column);
