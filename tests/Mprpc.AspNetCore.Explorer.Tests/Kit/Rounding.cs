namespace Mprpc.AspNetCore.Explorer.Tests.Kit;

public enum Rounding
{
    Down,
    Up = 5,
}
