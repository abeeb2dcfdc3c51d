namespace Mprpc.SourceGenerator.Tests.Contracts;

/// <summary>Where C# would bind a call to another method than the one that was published.</summary>
[MprpcService]
public class Overloads : OverloadsBase, IDisposable
{
    [MprpcMethod("long")]
    public string Take(long number) => "long";

    public override string Virtual(int number) => "derived int";

    [MprpcMethod("virtual_long")]
    public string Virtual(long number) => "derived long";

    [MprpcIgnore]
    public override string IgnoredInDerived() => "never";

    public override string IgnoredInBase() => "published";

    public override string ToString() => "never";

    public static string Static() => "never";

    public virtual void Dispose() => GC.SuppressFinalize(this);

    internal string Internal() => "never";

    public string Property { get; set; } = "never";
}

public class OverloadsBase
{
    [MprpcMethod("int")]
    public string Take(int number) => "int";

    public virtual string Virtual(int number) => "base int";

    public virtual string IgnoredInDerived() => "never";

    [MprpcIgnore]
    public virtual string IgnoredInBase() => "never";

    public string Inherited() => "inherited";
}
