using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A running call whose object is used again and again. All such objects are known, so that it can be told which methods run, at no cost to a call.</summary>
internal abstract class ReusedCall
{
    private static ReusedCall? s_first;

    private ReusedCall? _next;

    /// <summary>Where the call came from; null while the object is not in use.</summary>
    protected abstract RpcConnection? RunningOn { get; }

    protected abstract RpcMethod? Running { get; }

    /// <summary>The methods of the calls that run on these connections, one for each call; of more than 256 calls of one kind the rest is not known.</summary>
    public static IEnumerable<RpcMethod> MethodsOn(IReadOnlySet<RpcConnection> connections)
    {
        for (ReusedCall? call = Volatile.Read(ref s_first); call is not null; call = call._next)
        {
            if (call.RunningOn is { } connection && call.Running is { } method && connections.Contains(connection))
            {
                yield return method;
            }
        }
    }

    /// <summary>Makes the object known, for good.</summary>
    protected void Track()
    {
        do
        {
            _next = Volatile.Read(ref s_first);
        }
        while (Interlocked.CompareExchange(ref s_first, this, _next) != _next);
    }
}
