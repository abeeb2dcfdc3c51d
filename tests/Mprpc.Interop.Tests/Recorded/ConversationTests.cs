using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>With the extensions off, every byte is that of the build before there were any (docs/protocol.md 10.1).</summary>
public sealed class ConversationTests
{
    // With it, and with PlainBuild.cs as that build needs it, the conversations are recorded.
    private const string Recording = "MPRPC_RECORD";

    public static TheoryData<string, SplitMode> ServerConversations
        => [.. from mode in Modes from one in ConversationsOf(RecordedConversation.Server) select new TheoryDataRow<string, SplitMode>(one.Name, mode)];

    public static TheoryData<string, bool, SplitMode> ClientConversations
        => [
            .. from mode in Modes from never in new[] { true, false } from one in ConversationsOf(RecordedConversation.Client)
                where never || !ClientConversation.IsAnswering(one.Name)
                select new TheoryDataRow<string, bool, SplitMode>(one.Name, never, mode),
        ];

    private static SplitMode[] Modes => [SplitMode.Whole, SplitMode.ByteByByte];

    [Theory]
    [MemberData(nameof(ServerConversations))]
    public async Task Server_WithoutExtensions_SaysEveryByteThatWasRecorded(string name, SplitMode mode)
    {
        RecordedConversation conversation = RecordedFile.Read().Find(RecordedConversation.Server, name);

        await ServerConversation.PlayAsync(conversation, mode, new Hearing(records: false));
    }

    [Theory]
    [MemberData(nameof(ClientConversations))]
    public async Task Client_ThatUsesNoExtensions_SaysEveryByteThatWasRecorded(string name, bool never, SplitMode mode)
    {
        RecordedConversation conversation = RecordedFile.Read().Find(RecordedConversation.Client, name);

        await ClientConversation.PlayAsync(conversation, never, mode, new Hearing(records: false));
    }

    [Fact]
    public async Task Record()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(Recording) == "1", $"It records only where {Recording} is 1.");
        RecordedFile file = RecordedFile.Read();
        var hearing = new Hearing(records: true);

        // Side by side, since each step waits for silence.
        await Task.WhenAll(file.Conversations.Select(conversation => conversation.Role == RecordedConversation.Server
            ? ServerConversation.PlayAsync(conversation, SplitMode.Whole, hearing)
            : ClientConversation.PlayAsync(conversation, never: true, SplitMode.Whole, hearing)));
        file.Write();
    }

    private static List<RecordedConversation> ConversationsOf(string role) => [.. RecordedFile.Read().Conversations.Where(one => one.Role == role)];
}
