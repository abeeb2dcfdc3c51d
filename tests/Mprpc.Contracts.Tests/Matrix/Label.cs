namespace Mprpc.Contracts.Tests.Matrix;

/// <summary>A key that is a class.</summary>
public sealed record Label(string Text, Cell Cell);
