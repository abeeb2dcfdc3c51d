namespace Mprpc.Serialization.Json;

/// <summary>What JSON lacks is written as an object with one member, whose name is one of these.</summary>
internal static class Form
{
    /// <summary><c>{"$bin": base64}</c>: bytes.</summary>
    public const string Bytes = "$bin";

    /// <summary><c>{"$str": base64}</c>: a text that is not UTF-8, as peers of the first MessagePack send bytes.</summary>
    public const string Text = "$str";

    /// <summary><c>{"$ext": [type, base64]}</c>: an extension type.</summary>
    public const string Extension = "$ext";

    /// <summary><c>{"$time": "2026-11-28T05:38:55.25Z"}</c>: a timestamp.</summary>
    public const string Time = "$time";

    /// <summary><c>{"$map": [[key, value], ...]}</c>: a map with keys that are not text, or appear twice.</summary>
    public const string Map = "$map";

    /// <summary><c>{"$f32": 1.5}</c>: a float32; a JSON number with a point or an exponent is a float64.</summary>
    public const string Float32 = "$f32";

    /// <summary><c>{"$f64": "NaN"}</c>: a float64 that is not a JSON number.</summary>
    public const string Float64 = "$f64";

    /// <summary>Deeper values are refused: Mprpc itself allows 64 levels by default.</summary>
    public const int MaxDepth = 128;

    /// <summary>The levels of JSON that <see cref="MaxDepth"/> levels of maps in the form <see cref="Map"/> take, and one more for the value itself.</summary>
    public const int MaxJsonDepth = (MaxDepth * 3) + 1;

    /// <summary>Whether a map with this only key would be taken for one of the forms.</summary>
    public static bool IsReserved(string onlyKey) => onlyKey.StartsWith('$');
}
