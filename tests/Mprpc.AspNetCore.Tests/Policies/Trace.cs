using System.Collections.Concurrent;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>What filters and methods have noted, in order.</summary>
public sealed class Trace
{
    private readonly ConcurrentQueue<string> _notes = new();

    public IEnumerable<string> Notes => _notes;

    public void Add(string note) => _notes.Enqueue(note);
}
