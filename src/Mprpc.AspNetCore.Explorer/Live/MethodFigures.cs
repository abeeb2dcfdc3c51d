namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>What is seen of a method's calls.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Calls">How many since somebody watches.</param>
/// <param name="Errors">How many of them have failed.</param>
/// <param name="Rate">Calls a second, of the last turn.</param>
/// <param name="Median">Of the last ten turns, in seconds; null: there was no call.</param>
/// <param name="Slowest">What one of a hundred calls has exceeded, of the same.</param>
internal sealed record MethodFigures(string Name, long Calls, long Errors, double Rate, double? Median, double? Slowest);
