namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>How the container learns of the service.</summary>
public enum Registration
{
    /// <summary>Not at all: the class is created for each call.</summary>
    None,
    Type,
    Instance,
    Factory,

    /// <summary>A factory whose delegate says the class.</summary>
    TypedFactory,
    ForwardingFactory,
    OpenGeneric,
    Keyed,

    /// <summary>A factory that puts a proxy before the class, as libraries for decorators do.</summary>
    Decorator,
    TryAdd,

    /// <summary>The last of two.</summary>
    Overriding,
}
