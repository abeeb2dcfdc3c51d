using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Security;

/// <summary>The method <c>$/inspect</c> (docs/protocol.md 10.11): tells a caller which methods it may call. Safe for concurrent use.</summary>
/// <param name="security">Logs policies that fail.</param>
/// <param name="published">The endpoint's methods, with their policies.</param>
/// <param name="serializer">Writes default values.</param>
internal sealed class InspectMethod(EndpointSecurity security, IReadOnlyList<RpcMethod> published, MprpcSerializerOptions serializer)
{
    public const string Name = "$/inspect";

    // Made when first asked for: most servers never are.
    private readonly Lazy<InspectDocument> _document = new(() => new InspectDocument(published, serializer));

    public static RpcMethod Build(EndpointSecurity security, IReadOnlyList<RpcMethod> published, MprpcSerializerOptions serializer)
    {
        var builder = new MprpcServiceBuilder<InspectMethod>(
            new InstanceTarget<InspectMethod>(new InspectMethod(security, published, serializer)), MprpcNamingPolicy.AsDeclared, prefix: null);
        var description = new MprpcMethodDescription(
            nameof(InspectMethod), nameof(InspectAsync), [new MprpcParameter("prefix", IsOptional: true)], needsContext: true, Name);

        builder.AddTask<MprpcRaw>(
            description,
            static (MprpcTarget<InspectMethod> target, ref MprpcReader parameters, MprpcCallContext? context, CancellationToken cancellationToken) =>
            {
                string? prefix = parameters.Remaining == 0 ? null : parameters.Read<string?>();
                return parameters.End() ? target.Resolve(context).InspectAsync((CallContext)context!, prefix) : Task.FromResult<MprpcRaw>(default);
            });
        return builder.Methods[0];
    }

    private async Task<MprpcRaw> InspectAsync(CallContext context, string? prefix)
    {
        HashSet<RpcMethod> visible = [];

        if (context.IsNotification)
        {
            return default;
        }

        foreach (RpcMethod method in published)
        {
            if (method.WireName.StartsWith(prefix ?? "", StringComparison.Ordinal) && await IsAllowedAsync(context, method).ConfigureAwait(false))
            {
                visible.Add(method);
            }
        }

        return _document.Value.Describe(visible);
    }

    /// <summary>Whether the caller may call a method at this moment: what a call would be told before its arguments are looked at.</summary>
    private async ValueTask<bool> IsAllowedAsync(CallContext context, RpcMethod method)
    {
        var connection = (RpcConnection)context.Connection;

        if (method.Policy?.Authorization is not { } authorization)
        {
            return true;
        }

        if (context.Caller is null && authorization.TryAuthorize(connection) is { } verdict)
        {
            return verdict;
        }

        context.CancellationToken.ThrowIfCancellationRequested();

        // Policies look at the method's name, and at services of the call's scope.
        CallContext ofMethod = context.For(method.WireName);

        try
        {
            return await authorization.AuthorizeAsync(ofMethod).ConfigureAwait(false) is null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !context.CancellationToken.IsCancellationRequested)
        {
            // A call would fail: nobody may make it.
            security.OnThrew(connection, method.WireName, exception);
            return false;
        }
        finally
        {
            await ofMethod.ReleaseAsync().ConfigureAwait(false);
        }
    }
}
