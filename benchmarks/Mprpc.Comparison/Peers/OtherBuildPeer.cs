namespace Mprpc.Comparison.Peers;

/// <summary>Mprpc as another build has it: both processes are that build's Mprpc.Comparison, with its libraries and its generated code.</summary>
/// <remarks>What holds the builds together are the roles "serve" and "drive" with their arguments, commands and answers; those must stay as they are.</remarks>
internal sealed class OtherBuildPeer : MprpcPeer
{
    public const string OtherSystemName = "mprpc-other";

    private const string ProgramName = "Mprpc.Comparison.dll";

    private readonly string _program;

    /// <param name="folder">Where that build's Mprpc.Comparison is, with all that it needs.</param>
    /// <exception cref="ArgumentException">The folder has no such program.</exception>
    public OtherBuildPeer(string folder)
    {
        _program = Path.GetFullPath(Path.Combine(folder, ProgramName));
        if (!File.Exists(_program))
        {
            throw new ArgumentException($"'{folder}' has no {ProgramName}. Build that commit with 'dotnet build -c Release benchmarks/Mprpc.Comparison' and name its output folder.");
        }
    }

    public override string Name => OtherSystemName;

    public override string RoleName => SystemName;

    public override string Program => _program;
}
