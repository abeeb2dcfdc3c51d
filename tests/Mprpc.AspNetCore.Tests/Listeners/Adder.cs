namespace Mprpc.AspNetCore.Tests.Listeners;

internal sealed class Adder
{
    public int Sum(int x, int y) => x + y;
}
