using System.CommandLine;
using System.Text;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Generation;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc generate csharp|typescript|python URL|FILE</c></summary>
internal sealed class GenerateCommand : Command
{
    public GenerateCommand()
        : base("generate", "Writes a client in another language, from a server's description.")
    {
        Subcommands.Add(new Language("csharp", "A contract for C#: an interface for MprpcClient.As, and its types.", CSharpWriter.Write));
        Subcommands.Add(new Language("typescript", "A client for TypeScript, over @mprpc/client.", TypeScriptWriter.Write));
        Subcommands.Add(new Language("python", "A client for Python 3 with asyncio and msgpack.", PythonWriter.Write));
    }

    private sealed class Language : ToolCommand
    {
        private readonly Func<ClientPlan, string> _write;
        private readonly PeerOptions _peer = new();
        private readonly Option<string?> _name = Text("NAME", "The name of the client's type. Default: Server.", "--name");
        private readonly Option<string?> _prefix = Text("TEXT", "Only methods whose names begin with it, named without it.", "--prefix");
        private readonly Option<string?> _namespace = Text("NAME", "The namespace. Default: Generated.", "--namespace");
        private readonly Option<string?> _output = Text("FILE", "The file to write. Default: the standard output.", "--output", "-o");

        public Language(string name, string description, Func<ClientPlan, string> write)
            : base(name, description)
        {
            _write = write;
            _peer.AddTo(this);
            _peer.Url.HelpName = "URL|FILE";
            _peer.Url.Description = "A server's address, or a file with a description: what 'mprpc schema' or 'nvim --api-info' prints.";
            Options.Add(_name);
            Options.Add(_prefix);
            Options.Add(_output);

            if (name == "csharp")
            {
                Options.Add(_namespace);
            }

            Validators.Add(result =>
            {
                if (result.GetValue(_name) is { } type && !Identifiers.IsPlain(type))
                {
                    result.AddError($"'{type}' is not a name for a type. Allowed are letters, digits and _, with no digit first.");
                }
            });
        }

        protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
        {
            string source = parsed.GetRequiredValue(_peer.Url);
            string prefix = parsed.GetValue(_prefix) ?? "";
            ServerDescription server = DescriptionReader.Read(await DescriptionAsync(parsed, source, cancellationToken));
            server = server with { Methods = [.. server.Methods.Where(method => method.Name.StartsWith(prefix, StringComparison.Ordinal))] };

            if (server.Methods.Count == 0)
            {
                string wanted = prefix.Length > 0 ? $" whose name begins with '{prefix}'" : "";
                throw new ToolException($"The description of {source} has no method{wanted}.", ExitCode.RemoteError);
            }

            string name = parsed.GetValue(_name) ?? "Server";
            string code = _write(
                new ClientPlan(server, name, parsed.GetValue(_namespace) ?? "Generated", prefix, IsUrl(source) ? source : Path.GetFileName(source)));

            if (parsed.GetValue(_output) is { } file)
            {
                await File.WriteAllTextAsync(file, code, cancellationToken);
            }
            else
            {
                terminal.WriteLine(code.TrimEnd('\n'));
            }

            return ExitCode.Success;
        }

        private static Option<string?> Text(string helpName, string description, string name, params string[] aliases)
            => new(name, aliases) { Description = description, HelpName = helpName };

        private static bool IsUrl(string source) => source.Contains("://", StringComparison.Ordinal);

        private async Task<string> DescriptionAsync(ParseResult parsed, string source, CancellationToken cancellationToken)
        {
            if (IsUrl(source))
            {
                await using Peer peer = await Peer.ConnectAsync(_peer.Read(parsed), cancellationToken);
                return await peer.DescribeAsync(cancellationToken);
            }

            try
            {
                byte[] content = await File.ReadAllBytesAsync(source, cancellationToken);

                // JSON begins with a brace; MessagePack, as neovim prints it, does not.
                return content.AsSpan().TrimStart(" \r\n\t"u8).StartsWith("{"u8) ? Encoding.UTF8.GetString(content) : MessagePackToJson.Write(content);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ToolException(
                    $"Cannot read '{source}': {exception.Message} A server's address has a scheme, as tcp://127.0.0.1:6000.", innerException: exception);
            }
        }
    }
}
