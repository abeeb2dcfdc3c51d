namespace Mprpc.Interop.Tests.Recorded;

/// <summary>One thing that the test does in a conversation, and what the build under test says to it.</summary>
/// <param name="verb">What is done, as <see cref="ServerConversation"/> and <see cref="ClientConversation"/> list it.</param>
/// <param name="text">The bytes to send, or a call's method and arguments.</param>
internal sealed class RecordedStep(string verb, string text)
{
    public string Verb => verb;

    public string Text => text;

    /// <summary>Messages in hexadecimal, or <see cref="Hearing.Closed"/>; for the end of a call its outcome.</summary>
    public List<string> Answers { get; } = [];

    public override string ToString() => $"{verb} {text}".TrimEnd();
}
