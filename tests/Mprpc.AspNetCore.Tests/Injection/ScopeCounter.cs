using System.Diagnostics.Tracing;

namespace Mprpc.AspNetCore.Tests.Injection;

/// <summary>Counts the scopes of one provider that have ended, by what the container itself reports.</summary>
internal sealed class ScopeCounter(IServiceProvider provider) : EventListener
{
    private readonly int _provider = provider.GetHashCode();
    private int _ended;

    public int Ended => Volatile.Read(ref _ended);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Extensions-DependencyInjection")
        {
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.None);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "ScopeDisposed" && eventData.Payload?[0] is int provider && provider == _provider)
        {
            Interlocked.Increment(ref _ended);
        }
    }
}
