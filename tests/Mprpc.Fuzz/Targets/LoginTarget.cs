using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Fuzz.Targets;

/// <summary>An endpoint that requires login: without the token nothing runs, and no answer says which methods there are.</summary>
internal sealed class LoginTarget : FuzzTarget
{
    private static readonly byte[] s_token = Encoding.UTF8.GetBytes(OneTokenHandler.Token);

    private readonly ServedConnection _server = new(
        services => services.AddAuthorization().AddAuthentication(OneTokenHandler.Name)
            .AddScheme<AuthenticationSchemeOptions, OneTokenHandler>(OneTokenHandler.Name, _ => { }),
        endpoint =>
        {
            endpoint.MapService<GuardedService>().RequireAuthentication = true;
            endpoint.AllowCallCredentials = true;
        });

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        long before = GuardedService.Calls;
        (_, List<string> errors) = _server.Serve(input);

        if (input.IndexOf(s_token) < 0)
        {
            Require(GuardedService.Calls == before, $"A stranger's call has run.");
            Require(
                !errors.Exists(error => error.Contains("guarded", StringComparison.OrdinalIgnoreCase)),
                $"An error names a method: {string.Join("; ", errors)}");
        }
    }

    // A login makes a request for the application's scheme, and a refusal is an exception with its trace.
    protected override long MostAllocated(ReadOnlySpan<byte> input) => (64L * FixedBytes) + (1024L * input.Length);
}
