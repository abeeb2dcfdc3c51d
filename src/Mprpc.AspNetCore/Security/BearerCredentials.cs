using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Security;

/// <summary>
/// Asks the application's authentication schemes whose a call is that has the metadata <c>authorization</c> (docs/protocol.md 10.7). Safe for concurrent use.
/// </summary>
/// <remarks>
/// A refused one is not counted as a failed login is: one user's bad token must not close the connection that a backend has for all of them.
/// </remarks>
internal sealed class BearerCredentials(EndpointSecurity security) : CallCredentials
{
    private const string Prefix = "Bearer ";

    // That there is no token is no failure that anybody has to hear of.
    private static readonly SchemeAuthenticator s_silent = new(NullLogger.Instance);

    /// <summary>The verdicts that are kept.</summary>
    public CredentialVerdicts Verdicts { get; } = new(security.Clock);

    public override ValueTask<RpcError?> CheckAsync(CallContext context, Action<Task> holdPlaceUntil)
    {
        var connection = (RpcConnection)context.Connection;

        if (!TryFind(context.Metadata, out MprpcMetadataEntry credential))
        {
            return new(SecurityError.CredentialRefused);
        }

        var hash = CredentialHash.Of(ConnectionSession.Of(connection).Number, credential.ValueBytes.Span);

        if (Verdicts.TryFind(hash, out Caller? caller))
        {
            context.SetCaller(caller);
            return default;
        }

        return AuthenticateAsync(context, connection, hash, credential.Value[Prefix.Length..], holdPlaceUntil);
    }

    /// <summary>The one credential of a call: of two, what looked at the call before might have looked at the other.</summary>
    private static bool TryFind(MprpcMetadata metadata, out MprpcMetadataEntry found)
    {
        found = default;
        int count = 0;

        foreach (MprpcMetadataEntry entry in metadata)
        {
            if (entry.Key == CredentialKey.Name)
            {
                found = entry;
                count++;
            }
        }

        return count == 1 && !found.IsBinary && found.ValueBytes.Length > Prefix.Length
            && found.Value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }

    private async ValueTask<RpcError?> AuthenticateAsync(
        CallContext context, RpcConnection connection, CredentialHash hash, string token, Action<Task> holdPlaceUntil)
    {
        TimeSpan timeout = security.Options.LoginTimeout;
        using var tooLate = new CancellationTokenSource(timeout, security.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(tooLate.Token, context.CancellationToken);
        Task<Caller?> asking = AskAsync(connection, token, either.Token);
        holdPlaceUntil(asking);
        Caller? caller = null;

        try
        {
            caller = await asking.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            // Too late.
        }

        if (caller is null)
        {
            context.CancellationToken.ThrowIfCancellationRequested();

            if (tooLate.IsCancellationRequested)
            {
                security.Schemes.OnTooSlow(connection, "of the call's credential", timeout);
            }

            return SecurityError.CredentialRefused;
        }

        ConnectionSession.Of(connection).Vouch(connection, caller);
        Verdicts.Keep(hash, caller);
        context.SetCaller(caller);
        return null;
    }

    /// <summary>Whose the credential is; null: nobody's.</summary>
    private async Task<Caller?> AskAsync(RpcConnection connection, string token, CancellationToken cancellationToken)
    {
        foreach (string scheme in await security.FindSchemesAsync().ConfigureAwait(false))
        {
            AuthenticateResult result = await security.Schemes.AuthenticateTokenAsync(
                connection, scheme, request => security.Options.Present(request, scheme, token), cancellationToken).ConfigureAwait(false);

            if (IsKnown(result, out Caller? caller) && !await KnowsWithoutAsync(connection, scheme, cancellationToken).ConfigureAwait(false))
            {
                return caller;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a scheme knows the caller by the connection alone, its certificate for instance: then it proves nothing of the credential, and a backend's call
    /// for a user whose token is refused would be the backend's own.
    /// </summary>
    private async Task<bool> KnowsWithoutAsync(RpcConnection connection, string scheme, CancellationToken cancellationToken)
    {
        AuthenticateResult result
            = await s_silent.AuthenticateTokenAsync(connection, scheme, static _ => { }, cancellationToken).ConfigureAwait(false);

        if (!IsKnown(result, out _))
        {
            return false;
        }

        security.Schemes.OnCredentialIgnored(connection, scheme);
        return true;
    }

    private bool IsKnown(AuthenticateResult result, [NotNullWhen(true)] out Caller? caller)
    {
        caller = result.Succeeded ? Caller.Of(result.Ticket) : null;
        return caller is { IsAuthenticated: true } && !caller.IsOver(security.Clock);
    }
}
