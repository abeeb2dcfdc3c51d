namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Lets a continuation run where its call completes: the test runner has a synchronization context of its own, to which it would be posted.</summary>
internal static class Inline
{
    public static void Register(Action register, SynchronizationContext? context = null)
    {
        SynchronizationContext? before = SynchronizationContext.Current;

        try
        {
            SynchronizationContext.SetSynchronizationContext(context);
            register();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }
}
