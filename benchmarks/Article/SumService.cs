namespace Mprpc.Article;

#pragma warning disable CA1822 // A service's methods are instance methods, whether or not they have state.
internal sealed class SumService
{
    public int Sum(int x, int y) => x + y;
}
