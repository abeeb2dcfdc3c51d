using System.Text.RegularExpressions;

namespace Mprpc.Architecture.Tests;

/// <summary>Which files know which: an arrow goes from a file to each that declares a type whose name it uses.</summary>
/// <remarks>
/// The parts of a partial type, and a type and its generic namesake (<c>Call.cs</c>, <c>Call.Parts.cs</c>, <c>CallOfT.cs</c>), are one file here.
/// </remarks>
internal sealed partial class SourceGraph
{
    private readonly SortedDictionary<string, SortedSet<string>> _known = new(StringComparer.Ordinal);

    /// <param name="files">Paths, with forward slashes, and what is in them.</param>
    public SourceGraph(IEnumerable<(string Path, string Text)> files)
    {
        (string File, SourceText Text)[] sources = [.. files.Select(file => (FileOfType().Replace(file.Path, ""), new SourceText(file.Text)))];
        ILookup<string, string> declaring = sources.SelectMany(source => source.Text.Declared.Select(name => (name, source.File)))
            .ToLookup(pair => pair.name, pair => pair.File);

        foreach ((string file, SourceText text) in sources)
        {
            if (!_known.TryGetValue(file, out SortedSet<string>? known))
            {
                _known[file] = known = new SortedSet<string>(StringComparer.Ordinal);
            }

            known.UnionWith(text.Referred.SelectMany(name => declaring[name]).Where(other => other != file));
        }
    }

    public IEnumerable<(string From, string To)> Arrows => _known.SelectMany(pair => pair.Value.Select(to => (pair.Key, to)));

    /// <summary>The files that know each other, each by way of the others: two or more together.</summary>
    public List<string[]> Circles()
    {
        var search = new CircleSearch(_known);
        return [.. search.Run().OrderByDescending(circle => circle.Length)];
    }

    [GeneratedRegex(@"(OfT)?(\.\w+)?\.cs$")]
    private static partial Regex FileOfType();

    /// <summary>Tarjan's search for strongly connected components.</summary>
    private sealed class CircleSearch(SortedDictionary<string, SortedSet<string>> known)
    {
        private readonly Dictionary<string, int> _order = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _lowest = new(StringComparer.Ordinal);
        private readonly Stack<string> _open = new();
        private readonly List<string[]> _circles = [];

        public List<string[]> Run()
        {
            foreach (string file in known.Keys)
            {
                if (!_order.ContainsKey(file))
                {
                    Visit(file);
                }
            }

            return _circles;
        }

        private void Visit(string file)
        {
            _lowest[file] = _order[file] = _order.Count;
            _open.Push(file);

            foreach (string other in known[file])
            {
                if (!_order.TryGetValue(other, out int order))
                {
                    Visit(other);
                    _lowest[file] = Math.Min(_lowest[file], _lowest[other]);
                }
                else if (_open.Contains(other))
                {
                    _lowest[file] = Math.Min(_lowest[file], order);
                }
            }

            if (_lowest[file] != _order[file])
            {
                return;
            }

            var circle = new List<string>();

            do
            {
                circle.Add(_open.Pop());
            }
            while (circle[^1] != file);

            if (circle.Count > 1)
            {
                circle.Sort(StringComparer.Ordinal);
                _circles.Add([.. circle]);
            }
        }
    }
}
