namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>The calls of one method since somebody watches. Safe for concurrent use.</summary>
/// <param name="name">The method's wire name, or what metrics call those that there are not.</param>
internal sealed class MethodCalls(string name)
{
    private readonly Lock _gate = new();
    private readonly LatencyWindow _window = new();
    private readonly long[] _turns = new long[LatencyWindow.Turns];
    private long _calls;
    private long _errors;
    private long _atLastTurn;
    private int _turn;

    public void Add(double seconds, bool isError)
    {
        lock (_gate)
        {
            _calls++;
            _errors += isError ? 1 : 0;
            _window.Add(seconds);
        }
    }

    /// <summary>What there is to see, of the time up to now; another turn begins.</summary>
    /// <param name="seconds">How long the turn has lasted that ends.</param>
    public MethodFigures Turn(double seconds)
    {
        lock (_gate)
        {
            long since = _calls - _atLastTurn;
            _atLastTurn = _calls;
            _turns[_turn] = since;
            _turn = (_turn + 1) % _turns.Length;
            var figures = new MethodFigures(name, _calls, _errors, since / seconds, _window.Percentile(0.5), _window.Percentile(0.99));
            _window.Turn();
            return figures;
        }
    }
}
