namespace Mprpc.Benchmarks.Samples;

#pragma warning disable CA1822 // A service's methods are instance methods, whether or not they have state.
public sealed class Calculator
{
    public int Sum(int a, int b) => a + b;

    /// <summary>Async in form, but its answer is there when it returns.</summary>
    public ValueTask<int> SumAtOnce(int a, int b) => new(a + b);

    /// <summary>Ends at once, with a text that is there already.</summary>
    public string Text(int kind) => Texts.All[kind];

    public Point Mirror(Point point) => new(point.Y, point.X, point.Name);
}
