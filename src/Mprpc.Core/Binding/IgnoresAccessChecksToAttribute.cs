namespace System.Runtime.CompilerServices;

/// <summary>Known to the runtime by this name: lets an assembly made at run time see what is internal to another.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
