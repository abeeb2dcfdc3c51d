using Mprpc.Scheduling;

namespace Mprpc.Core.Tests.Scheduling;

/// <summary>A loop that a guard looks at; it notes what it is told to take over.</summary>
internal sealed class FakeLoop : IStallable
{
    public Baton Baton { get; } = new();

    public bool IsBusy { get; set; }

    public List<long> Taken { get; } = [];

    public void TakeOver(long entry) => Taken.Add(entry);
}
