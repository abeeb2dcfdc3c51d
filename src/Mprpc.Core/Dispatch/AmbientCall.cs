namespace Mprpc.Dispatch;

/// <summary>The call that the running code serves, for code that cannot take its context. It is set only where somebody wants it: each call pays.</summary>
internal static class AmbientCall
{
    private static readonly AsyncLocal<Holder?> s_current = new();

    /// <summary>The call's context; null outside of a call, and in code that goes on after it.</summary>
    public static MprpcCallContext? Context => s_current.Value?.Context;

    /// <summary>Sets it for a call, until what is returned is disposed.</summary>
    public static Holder Begin(MprpcCallContext context) => s_current.Value = new Holder { Context = context };

    /// <summary>Is among the application's services where a client wants it.</summary>
    internal sealed class Wanted;

    /// <summary>Takes the context away at the call's end, also from code that goes on after it.</summary>
    internal sealed class Holder : IDisposable
    {
        public MprpcCallContext? Context { get; set; }

        public void Dispose() => Context = null;
    }
}
