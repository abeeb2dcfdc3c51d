namespace Mprpc.Conformance.Server;

/// <summary>The words that the table of cases uses for its expectations.</summary>
internal static class Expect
{
    public static Expectation Answer(params string[] messagesInOrder) => new Answers(InOrder: true, messagesInOrder);

    public static Expectation AnyOrder(params string[] messages) => new Answers(InOrder: false, messages);

    public static Expectation OneOf(params string[] messages) => new OneOfAnswers(messages);

    public static Expectation Nothing() => new Answers(InOrder: true);

    public static Expectation Then(params Expectation[] parts) => new Sequence(parts);

    public static Expectation Hello(uint messageId, uint version) => new HelloAnswer(messageId, version);

    public static Expectation ErrorText(uint messageId, params string[] parts) => new ErrorText(messageId, parts);

    public static Expectation SameErrors(uint messageId) => new SameErrors(messageId);

    public static Expectation Error(uint messageId) => new ErrorAnswer(messageId);

    public static Expectation CodeAndMessage(uint messageId, string code) => new CodeAndMessageAnswer(messageId, code);

    public static Expectation Close() => new Close();

    public static Expectation ErrorOrClose(uint messageId) => new ErrorOrClose(messageId);

    public static Expectation ErrorThenFin(uint messageId) => new ErrorThenFin(messageId);

    public static Expectation AnswerThenFin(string message) => new AnswersThenFin(message);
}
