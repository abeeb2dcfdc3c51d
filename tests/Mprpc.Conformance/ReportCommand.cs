using System.Globalization;
using Mprpc.Conformance.Server;
using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance;

/// <summary>The command line: plays the S and X cases against running servers and prints a report.</summary>
internal static class ReportCommand
{
    private const string Usage = """
        Plays the S cases against a running MessagePack-RPC server that offers the conformance service (README.md),
        and the X cases if it answers $/hello with a result.

          dotnet run --project tests/Mprpc.Conformance -- tcp://host:port [options]

          --old-spec tcp://host:port   a listener that speaks the old specification only
          --neovim   tcp://host:port   one whose errors are [code, message]
          --ruby     tcp://host:port   one whose errors are a code, the result [message]
          --jubatus  tcp://host:port   one whose errors are 1 or 2
          --one-place tcp://host:port  one that runs one call at a time
          --login    tcp://host:port   one that requires login
          --no-extensions tcp://host:port   one whose extensions are off
          --in-order tcp://host:port   one that answers in the order of the requests
          --split whole|bytes|offsets|all   how the bytes are cut on their way (whole)
          --case S1,S2,...             only these
          --no-policy                  without the cases where implementations rightly disagree

        Exit code: 0 all pass, 1 a case fails, 2 wrong arguments.
        """;

    private static readonly Dictionary<string, Profile> ProfileOptions = new(StringComparer.Ordinal)
    {
        ["--old-spec"] = Profile.OldSpec,
        ["--neovim"] = Profile.NeovimErrors,
        ["--ruby"] = Profile.RubyErrors,
        ["--jubatus"] = Profile.JubatusErrors,
        ["--one-place"] = Profile.OnePlace,
        ["--login"] = Profile.RequiresLogin,
        ["--no-extensions"] = Profile.NoExtensions,
        ["--in-order"] = Profile.InOrder,
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var endpoints = new Dictionary<Profile, Uri>();
        SplitMode[] modes = [SplitMode.Whole];
        IEnumerable<ServerCase> cases = ConformanceCases.Server.Concat(ConformanceCases.Extensions);
        for (int i = 0; i < args.Length; i++)
        {
            string option = args[i];
            string? value = option == "--no-policy" || !option.StartsWith("--", StringComparison.Ordinal) ? option : i + 1 < args.Length ? args[++i] : null;
            if (option == "--no-policy")
            {
                cases = cases.Where(c => !c.IsPolicy);
            }
            else if (option == "--case" && value is not null)
            {
                string[] ids = value.Split(',');
                cases = cases.Where(c => ids.Contains(c.Id, StringComparer.OrdinalIgnoreCase));
            }
            else if (option == "--split" && ModesOf(value) is { } chosen)
            {
                modes = chosen;
            }
            else if ((option == value || ProfileOptions.ContainsKey(option)) && Uri.TryCreate(value, UriKind.Absolute, out Uri? url)
                && url is { Scheme: "tcp", Port: > 0 })
            {
                endpoints[ProfileOptions.GetValueOrDefault(option)] = url;
            }
            else
            {
                await error.WriteLineAsync(Usage);
                return 2;
            }
        }

        if (endpoints.Count == 0)
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        return await ReportAsync([.. cases], endpoints, modes, output);
    }

    private static SplitMode[]? ModesOf(string? name) => name switch
    {
        "whole" => [SplitMode.Whole],
        "bytes" => [SplitMode.ByteByByte],
        "offsets" => [SplitMode.EachOffset],
        "all" => [SplitMode.Whole, SplitMode.ByteByByte, SplitMode.EachOffset],
        _ => null,
    };

    private static async Task<int> ReportAsync(ServerCase[] cases, Dictionary<Profile, Uri> endpoints, SplitMode[] modes, TextWriter output)
    {
        var verdicts = new List<CaseVerdict>();
        bool? isExtended = null;
        foreach (ServerCase serverCase in cases)
        {
            string? reason = endpoints.TryGetValue(serverCase.Profile, out Uri? endpoint) ? null : $"no endpoint for {serverCase.Profile}";
            if (reason is null && ConformanceCases.Extensions.Contains(serverCase))
            {
                isExtended ??= await ExtensionProbe.IsSpokenAsync(endpoints.GetValueOrDefault(Profile.Default, endpoint!));
                reason = isExtended == true ? null : "the server does not answer $/hello with a result";
            }

            if (reason is not null)
            {
                verdicts.Add(CaseVerdict.Skip);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"skip  {serverCase.Id,-5} {reason}"));
                continue;
            }

            foreach (SplitMode mode in modes)
            {
                CaseResult result = await ServerCaseRunner.RunAsync(endpoint!, serverCase, mode);
                verdicts.Add(result.Verdict);
                await output.WriteLineAsync(Line(result, serverCase, mode));
            }
        }

        int failed = verdicts.Count(v => v == CaseVerdict.Fail);
        await output.WriteLineAsync();
        await output.WriteLineAsync(
            $"{verdicts.Count(v => v == CaseVerdict.Pass)} passed, {failed} failed, {verdicts.Count(v => v == CaseVerdict.Skip)} skipped");
        return failed == 0 ? 0 : 1;
    }

    private static string Line(CaseResult result, ServerCase serverCase, SplitMode mode)
    {
        string policy = serverCase.IsPolicy ? " (our policy)" : "";
        string head = string.Create(
            CultureInfo.InvariantCulture, $"{(result.Verdict == CaseVerdict.Pass ? "pass" : "FAIL")}  {result.Id,-5} {mode,-10} {serverCase.Why}{policy}");
        return result.Verdict == CaseVerdict.Pass ? head : $"{head}\n        expected: {result.Expected}\n        actual:   {result.Actual}";
    }
}
