namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>All schedules one after the other that interrupt threads at most so many times: what a few interruptions cannot show, many seldom do.</summary>
internal sealed class EachSchedule(int preemptions) : IStrategy
{
    private readonly List<(int Choice, int Choices)> _path = [];
    private int _position;
    private int _preemptions;

    /// <summary>The schedule, to be replayed: the step's number and what was chosen there, where that was not to go on.</summary>
    public string Name
        => string.Join(
            ' ', _path.Select((step, position) => (step.Choice, position)).Where(step => step.Choice > 0).Select(step => $"{step.position}:{step.Choice}"));

    public int Choose(int choices, bool isPreemption)
    {
        if (_position == _path.Count)
        {
            _path.Add((0, isPreemption && _preemptions == preemptions ? 1 : choices));
        }

        int choice = _path[_position++].Choice;
        _preemptions += isPreemption && choice > 0 ? 1 : 0;
        return choice;
    }

    public bool TryNext()
    {
        _position = 0;
        _preemptions = 0;

        while (_path.Count > 0)
        {
            (int choice, int choices) = _path[^1];

            if (choice + 1 < choices)
            {
                _path[^1] = (choice + 1, choices);
                return true;
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }
}
