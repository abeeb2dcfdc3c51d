using System.CommandLine;
using System.CommandLine.Completions;
using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Commands;

/// <summary>Offers the methods that the URL's server has told of before; nothing is connected to while somebody types.</summary>
internal static class MethodCompletion
{
    public static void AddTo(Argument method, Argument<string> url)
        => method.CompletionSources.Add(context => context.ParseResult.GetValue(url) is { } known
            ? MethodCache.Read(known).Select(name => new CompletionItem(name))
            : []);
}
