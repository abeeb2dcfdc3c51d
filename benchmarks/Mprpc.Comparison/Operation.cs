namespace Mprpc.Comparison;

internal enum Operation
{
    Sum,
    SumLater,
    Echo,
    Price,
    Idle,
}
