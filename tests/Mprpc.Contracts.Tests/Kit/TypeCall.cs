namespace Mprpc.Contracts.Tests.Kit;

/// <summary>A call of a method of <see cref="ITypes"/> that checks its answer.</summary>
/// <param name="Name">What is sent, for the name of the test.</param>
/// <param name="CallAsync">Calls and checks.</param>
public sealed record TypeCall(string Name, Func<ITypes, Task> CallAsync);
