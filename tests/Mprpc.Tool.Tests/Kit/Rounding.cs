namespace Mprpc.Tool.Tests.Kit;

public enum Rounding
{
    Up = 1,
    Down = 2,
}
