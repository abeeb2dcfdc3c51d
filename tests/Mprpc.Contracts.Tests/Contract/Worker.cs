using Microsoft.Extensions.Hosting;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A plain class that a framework calls too: what it has for the framework is not for peers.</summary>
internal sealed class Worker : WorkerBase, IMine, IEquatable<Worker>
{
    public int Work() => 1;

    public int Mine() => 2;

    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [MprpcMethod("compare")]
    public int CompareTo(Worker? other) => 3;

    public bool Equals(Worker? other) => true;

    public override bool Equals(object? obj) => true;

    public override int GetHashCode() => 0;
}

/// <summary>The author's own interface, which has a framework's.</summary>
internal interface IMine : IComparable<Worker>
{
    int Mine();
}

internal abstract class WorkerBase : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public abstract Task StopAsync(CancellationToken cancellationToken);
}
