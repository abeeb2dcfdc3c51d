namespace Mprpc.Tool.Values;

/// <summary>How the arguments of a call are read.</summary>
internal enum ArgumentMode
{
    /// <summary>By the parameter's type if it is known; else as JSON if it is JSON, else as text.</summary>
    Guess,

    /// <summary>All are JSON; anything else is an error.</summary>
    Json,

    /// <summary>All are text, whatever they look like.</summary>
    Text,
}
