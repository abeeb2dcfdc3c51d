namespace Mprpc.Dispatch;

/// <summary>
/// What stands before a method; null where nothing does, so that its calls go straight to it. Made at start-up; immutable and safe for concurrent use.
/// </summary>
internal sealed class MethodPolicy
{
    private readonly MprpcFilterDelegate _chain;

    /// <summary>Puts the parts around the method.</summary>
    /// <param name="before">What runs before authorization, outermost first: rate limits count refused calls too.</param>
    /// <param name="authorization">Who may call; null: anyone.</param>
    /// <param name="filters">What runs after it, outermost first.</param>
    public MethodPolicy(IReadOnlyList<IMprpcFilter> before, CallAuthorization? authorization, IReadOnlyList<IMprpcFilter> filters)
    {
        Authorization = authorization;
        MprpcFilterDelegate chain = static call => ((GuardedCall)call).InvokeMethodAsync();

        foreach (IMprpcFilter filter in filters.Reverse())
        {
            chain = Prepend(filter, chain);
        }

        if (authorization is not null)
        {
            MprpcFilterDelegate inside = chain;
            chain = call => AuthorizeAsync(authorization, call, inside);
        }

        foreach (IMprpcFilter filter in before.Reverse())
        {
            chain = Prepend(filter, chain);
        }

        _chain = chain;
        HasFilters = before.Count > 0 || filters.Count > 0;
    }

    public CallAuthorization? Authorization { get; }

    /// <summary>How long a call may take before its caller is told that it took too long; infinite: any time.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Whether anything stands before the method but authorization.</summary>
    public bool IsAuthorizationOnly => !HasFilters && Timeout == System.Threading.Timeout.InfiniteTimeSpan;

    private bool HasFilters { get; }

    public ValueTask InvokeAsync(MprpcInvocation call) => _chain(call);

    private static MprpcFilterDelegate Prepend(IMprpcFilter filter, MprpcFilterDelegate next) => call => filter.InvokeAsync(call, next);

    private static async ValueTask AuthorizeAsync(CallAuthorization authorization, MprpcInvocation call, MprpcFilterDelegate next)
    {
        var guarded = (GuardedCall)call;

        if (await authorization.AuthorizeAsync(guarded.CallContext).ConfigureAwait(false) is { } refusal)
        {
            guarded.Refuse(refusal);
            return;
        }

        if (authorization.HidesMethods && !guarded.TryAdmit())
        {
            return;
        }

        await next(call).ConfigureAwait(false);
    }
}
