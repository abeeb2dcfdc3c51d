namespace Mprpc.Interop.Tests.Recorded;

/// <summary>What is said on one connection, or by one client.</summary>
/// <param name="role">The build under test is the <c>server</c> or the <c>client</c>.</param>
/// <param name="name">How it is set up.</param>
internal sealed class RecordedConversation(string role, string name)
{
    public const string Server = "server";
    public const string Client = "client";

    public string Role => role;

    public string Name => name;

    public List<RecordedStep> Steps { get; } = [];
}
