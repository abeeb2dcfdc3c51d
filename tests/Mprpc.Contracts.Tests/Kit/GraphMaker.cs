using System.Text.Json.Nodes;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>
/// Makes a random graph of objects: collections, classes, unions, data contracts, tuples and JSON, some deep, some shared, some that contain themselves.
/// </summary>
internal sealed class GraphMaker(Random random)
{
    private const int MostObjects = 40;
    private const int DeepestJson = 2000;

    private readonly List<object> _made = [];

    public object? Make() => random.Next(200) switch
    {
        0 => MakeDeep(random.Next(500, 5000)),
        1 => MakeShared(random.Next(2, 60)),
        2 => MakeDeepJson(random.Next(500, DeepestJson)),
        3 => MakeEndless(),
        _ => MakeAny(),
    };

    private object MakeDeep(int levels)
    {
        object value = 0;

        for (int i = 0; i < levels; i++)
        {
            value = random.Next(8) switch
            {
                0 => new List<object?> { value },
                1 => new Dictionary<string, object?> { ["a"] = value },
                2 => new object?[] { value },
                3 => new Fork { Left = value as IGrown, Any = value },
                4 => new Link { Any = value },
                5 => (value, 1),
                6 => Tuple.Create(1, value),
                _ => new Box { Value = value },
            };
        }

        return value;
    }

    /// <summary>Each object twice in that above it: as many values as two to the power of the levels.</summary>
    private object MakeShared(int levels)
    {
        object value = 0;

        for (int i = 0; i < levels; i++)
        {
            value = random.Next(4) switch
            {
                0 => new List<object?> { value, value },
                1 => (value, value),
                2 => new Fork { Left = value as IGrown, Right = value as IGrown, Any = value },
                _ => new Dictionary<string, object?> { ["a"] = value, ["b"] = value },
            };
        }

        return value;
    }

    private object MakeEndless() => random.Next(4) switch
    {
        0 => Endless.Blocks(),
        1 => new List<object?> { Endless.Numbers() },
        2 => new Fork { Any = new MiscountedMap(3, Endless.Beyond) },
        _ => (Endless.Many(), 1),
    };

    private JsonNode MakeDeepJson(int levels)
    {
        JsonNode node = JsonValue.Create(1);

        for (int i = 0; i < levels; i++)
        {
            node = random.Next(2) == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        }

        return node;
    }

    private object? MakeAny()
    {
        // What was made already may stand in itself.
        if (_made.Count >= MostObjects)
        {
            return random.Next();
        }

        if (_made.Count > 0 && random.Next(32) == 0)
        {
            return _made[random.Next(_made.Count)];
        }

        switch (random.Next(18))
        {
            case 0:
                return null;
            case 1:
                return random.Next();
            case 2:
                return random.NextDouble();
            case 3:
                return $"text {random.Next()}";
            case 4:
                return new byte[random.Next(5)];
            case 5:
                return new DateTime(random.NextInt64(DateTime.MaxValue.Ticks), DateTimeKind.Utc);
            case 6:
                var list = new List<object?>();
                _made.Add(list);
                Fill(list.Add);
                return list;
            case 7:
                var map = new Dictionary<string, object?>();
                _made.Add(map);
                Fill(item => map[$"{map.Count}"] = item);
                return map;
            case 8:
                object?[] array = new object?[random.Next(4)];
                _made.Add(array);
                int next = 0;
                Array.ForEach(array, _ => array[next++] = MakeAny());
                return array;
            case 9:
                var box = new Box();
                _made.Add(box);
                box.Value = MakeAny();
                return box;
            case 10:
                var node = new Node { Name = "n" };
                _made.Add(node);
                node.Next = _made.OfType<Node>().ElementAtOrDefault(random.Next(5));
                return node;
            case 11:
                var fork = new Fork();
                _made.Add(fork);
                fork.Any = MakeAny();
                fork.Left = _made.OfType<IGrown>().ElementAtOrDefault(random.Next(5));
                fork.Right = new Leaf { Value = 5 };
                return fork;
            case 12:
                var link = new Link();
                _made.Add(link);
                link.Any = MakeAny();
                link.Next = _made.OfType<Link>().ElementAtOrDefault(random.Next(5));
                return link;
            case 13:
                return (MakeAny(), MakeAny());
            case 14:
                return new JsonObject { ["a"] = new JsonArray(1, null, "b"), ["c"] = MakeDeepJson(random.Next(10)) };
            case 15:
                // Enumerated when it is written, and perhaps its own element.
                var source = new List<object?>();
                IEnumerable<object?> lazily = source.Select(item => item);
                _made.Add(lazily);
                Fill(source.Add);
                return lazily;
            case 16:
                return new Miscounted(random.Next(3), random.Next(3));
            default:
                var branch = new Branch();
                _made.Add(branch);
                Fill(_ => branch.Twigs.AddLast(_made.OfType<Branch>().ElementAt(random.Next(_made.OfType<Branch>().Count()))));
                return branch;
        }
    }

    private void Fill(Action<object?> add)
    {
        for (int i = random.Next(4); i > 0; i--)
        {
            add(MakeAny());
        }
    }

    private sealed class Box
    {
        public object? Value { get; set; }
    }
}
