using System.CommandLine;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc completion bash|zsh</c></summary>
internal sealed class CompletionCommand : ToolCommand
{
    // The words come from [suggest], which System.CommandLine answers; methods from what the server of the URL has told before.
    private const string Bash = """
        _mprpc() {
            local current="${COMP_WORDS[COMP_CWORD]}" words
            words="$(mprpc "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2> /dev/null)"
            mapfile -t COMPREPLY < <(compgen -W "${words}" -- "${current}")
        }
        complete -o default -F _mprpc mprpc
        """;

    private const string Zsh = """
        #compdef mprpc
        _mprpc() {
            local -a words_found
            words_found=("${(@f)$(mprpc "[suggest:${CURSOR}]" "${BUFFER}" 2> /dev/null)}")
            compadd -a words_found || _files
        }
        compdef _mprpc mprpc
        """;

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash or zsh" };

    public CompletionCommand()
        : base("completion", "Prints a script that lets a shell complete commands, options and methods.")
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh");
        Arguments.Add(_shell);
    }

    protected override Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.WriteLine(parsed.GetValue(_shell) == "bash" ? Bash : Zsh);
        return Task.FromResult(ExitCode.Success);
    }
}
