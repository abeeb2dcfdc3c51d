namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>Where it is said.</summary>
public enum Place
{
    Class,
    BaseClass,
    Contract,
    BaseContract,
    MethodOfClass,
    MethodOfBaseClass,
    MethodOfContract,
    MethodOfBaseContract,
    Mapping,
}
