namespace Mprpc;

/// <summary>What a server makes of the trace that a peer sends with a call: the metadata <c>traceparent</c>, <c>tracestate</c> and <c>baggage</c>.</summary>
public enum MprpcTraceContext
{
    /// <summary>
    /// The call's span is part of the peer's trace. On an endpoint that requires a login, only once the peer has logged in; before, as <see cref="Link"/>.
    /// </summary>
    Parent,

    /// <summary>The call's span begins a trace of its own, with a link to the peer's; the baggage is dropped. For peers that are not trusted.</summary>
    Link,

    /// <summary>The call's span begins a trace of its own, and the peer's is not looked at.</summary>
    Ignore,
}
