using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>What the generator has made of a text.</summary>
internal sealed class Output(Compilation output, GeneratorRunResult result)
{
    public GeneratorRunResult Result => result;

    public IEnumerable<string> Files => result.GeneratedSources.Select(source => source.HintName);

    public string Text(string file) => result.GeneratedSources.Single(source => source.HintName == file).SourceText.ToString();

    /// <summary>Loads the compiled text, which registers what was generated.</summary>
    public Assembly Load()
    {
        Assembly assembly = LoadOnly();
        RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        return assembly;
    }

    /// <summary>Loads the compiled text and runs nothing of it.</summary>
    public Assembly LoadOnly() => new AssemblyLoadContext(null).LoadFromStream(new MemoryStream(Source.Image(output)));
}
