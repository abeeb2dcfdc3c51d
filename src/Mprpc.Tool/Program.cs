using System.CommandLine;
using System.CommandLine.Parsing;
using Mprpc.Tool.Commands;
using Mprpc.Tool.Output;

// "@file" is an argument of a call, not a file with arguments; "-x" is not "-" and letters.
ParseResult parsed = ToolRoot.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });

if (parsed.Errors.Count == 0 || parsed.Action is not System.CommandLine.Invocation.ParseErrorAction)
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}

foreach (ParseError error in parsed.Errors)
{
    await Console.Error.WriteLineAsync($"Error: {error.Message}");
}

await Console.Error.WriteLineAsync($"'{string.Join(' ', ToolRoot.PathOf(parsed.CommandResult.Command))} --help' tells what is allowed.");
return ExitCode.Usage;
