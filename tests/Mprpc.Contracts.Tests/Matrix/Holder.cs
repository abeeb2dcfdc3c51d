namespace Mprpc.Contracts.Tests.Matrix;

public sealed record Holder<T>(T Value);
