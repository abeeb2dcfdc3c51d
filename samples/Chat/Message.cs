namespace Chat;

/// <summary>What was said.</summary>
/// <param name="Number">Grows from message to message, also where the server has been started anew.</param>
/// <param name="From">Who has said it.</param>
/// <param name="Text">What.</param>
/// <param name="At">When, UTC.</param>
public sealed record Message(long Number, string From, string Text, DateTime At);
