using System.CommandLine;
using System.CommandLine.Completions;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Commands;

/// <summary><c>-o</c>.</summary>
internal static class OutputOption
{
    public static Option<OutputMode> Create()
    {
        var option = new Option<OutputMode>("--output", "-o")
        {
            Description = "How to show results. auto: coloured on a terminal, one line of JSON in a pipe.",
            HelpName = "auto|json|pretty|raw|hex|table|none",
            CustomParser = argument =>
            {
                string text = argument.Tokens[0].Value;

                if (Enum.TryParse(text, ignoreCase: true, out OutputMode mode) && !char.IsDigit(text[0]))
                {
                    return mode;
                }

                argument.AddError($"'{text}' is not a way of output. Allowed are auto, json, pretty, raw, hex, table and none.");
                return OutputMode.Auto;
            },
        };
        option.CompletionSources.Add(_ => Enum.GetNames<OutputMode>().Select(name => new CompletionItem(name.ToLowerInvariant())));
        return option;
    }
}
