namespace Mprpc.Tool.Output;

/// <summary>How a result is shown: the values of <c>-o</c>.</summary>
internal enum OutputMode
{
    /// <summary>Coloured on several lines on a terminal, one line of JSON in a pipe.</summary>
    Auto,

    /// <summary>One line of JSON.</summary>
    Json,

    /// <summary>JSON on several lines.</summary>
    Pretty,

    /// <summary>Text and bytes as they are, anything else as JSON.</summary>
    Raw,

    /// <summary>The bytes of MessagePack in hexadecimal.</summary>
    Hex,

    /// <summary>Lists of maps as a table.</summary>
    Table,

    /// <summary>Nothing: the exit code says whether it went well.</summary>
    None,
}
