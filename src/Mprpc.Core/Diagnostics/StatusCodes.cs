using System.Collections.Concurrent;

namespace Mprpc.Diagnostics;

/// <summary>
/// Which codes of errors make series: those that are given, and of an application's own so many as there are when they are constants. Safe for concurrent use.
/// </summary>
/// <param name="known">Those that always do.</param>
/// <param name="maxOthers">How many others do.</param>
internal sealed class StatusCodes(IEnumerable<string> known, int maxOthers)
{
    public const string MethodNotFound = "method_not_found";
    public const string InvalidArguments = "invalid_arguments";
    public const string InternalError = "internal_error";

    /// <summary>In the place of codes that make no series, and of errors that have none.</summary>
    public const string Error = "error";

    private const int MaxLength = 64;

    private readonly ConcurrentDictionary<string, bool> _codes = new(
        known.Concat([MethodNotFound, InvalidArguments, InternalError, Error]).Distinct().Select(static code => KeyValuePair.Create(code, true)),
        StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private int _others;

    /// <summary>The code, or what stands for it.</summary>
    public string Of(string? code) => code is not null && (_codes.ContainsKey(code) || TryAdd(code)) ? code : Error;

    private bool TryAdd(string code)
    {
        if (code.Length is 0 or > MaxLength || Volatile.Read(ref _others) >= maxOthers)
        {
            return false;
        }

        lock (_gate)
        {
            if (_codes.ContainsKey(code))
            {
                return true;
            }

            if (_others >= maxOthers)
            {
                return false;
            }

            _codes[code] = true;
            _others++;
            return true;
        }
    }
}
