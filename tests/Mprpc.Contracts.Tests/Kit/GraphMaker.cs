namespace Mprpc.Contracts.Tests.Kit;

/// <summary>Makes a random graph of objects: collections and classes, some deep, some that contain themselves.</summary>
internal sealed class GraphMaker(Random random)
{
    private const int MostObjects = 40;

    private readonly List<object> _made = [];

    public object? Make() => random.Next(200) switch
    {
        0 => MakeDeep(random.Next(500, 5000)),
        _ => MakeAny(),
    };

    private object MakeDeep(int levels)
    {
        object value = 0;

        for (int i = 0; i < levels; i++)
        {
            value = random.Next(4) switch
            {
                0 => new List<object?> { value },
                1 => new Dictionary<string, object?> { ["a"] = value },
                2 => new object?[] { value },
                _ => new Box { Value = value },
            };
        }

        return value;
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

        switch (random.Next(12))
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
