namespace Mprpc.Tool.Tests.Kit;

/// <summary>How a run of the tool has ended.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Errors);
