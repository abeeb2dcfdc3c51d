namespace Mprpc.Reliability.Server;

/// <summary>A value that its formatter neither writes nor reads.</summary>
public sealed class Unwritable
{
    public int Number { get; set; }
}
