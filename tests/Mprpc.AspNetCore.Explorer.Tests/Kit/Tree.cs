namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

/// <summary>A type that refers to itself.</summary>
public sealed record Tree(string Name, Tree? Left);
