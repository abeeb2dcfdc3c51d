namespace Mprpc.Diagnostics;

/// <summary>What has come of a call; the default: it succeeded.</summary>
/// <param name="Code">What went wrong: the code of the answer's error, or without an answer the exception's type; null of a success.</param>
/// <param name="HasAnswer">Whether it was answered.</param>
internal readonly record struct CallOutcome(string? Code, bool HasAnswer)
{
    public bool IsSuccess => Code is null;

    /// <summary>It was answered with an error.</summary>
    public static CallOutcome Answered(string code) => new(code, HasAnswer: true);
}
