using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Mprpc.AspNetCore.Connections;

/// <summary>A call as the application's HTTP policies want to see it: they ask for its user, services, addresses and features.</summary>
internal static class CallHttpContext
{
    public static HttpContext Create(MprpcCallContext call)
    {
        DefaultHttpContext context = ConnectionHttpContext.Create(call.Connection, new CallServices(call), keepRequest: false, call.CancellationToken);
        context.Features.Set<IHttpAuthenticationFeature>(new CallUser(call));
        return context;
    }

    /// <summary>The call's user, copied only when a policy asks.</summary>
    private sealed class CallUser(MprpcCallContext call) : IHttpAuthenticationFeature
    {
        private ClaimsPrincipal? _replaced;

        public ClaimsPrincipal? User
        {
            get => _replaced ?? call.User;
            set => _replaced = value;
        }
    }

    /// <summary>The call's scope, made only when a policy asks.</summary>
    private sealed class CallServices(MprpcCallContext call) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices
        {
            get => call.Services;
            set => throw new NotSupportedException("The services of a MessagePack-RPC call cannot be replaced.");
        }
    }
}
