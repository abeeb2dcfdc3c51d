using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Calls clients by the names of their methods. Safe for concurrent use.</summary>
internal class UntypedClients(ClientCalls calls, IMprpcGroups groups) : IMprpcClients
{
    public IMprpcGroups Groups => groups;

    protected ClientCalls Calls => calls;

    public void Notify(MprpcTarget target, string method, params ReadOnlySpan<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(target);
        calls.Publish(target, method, calls.Write(method, arguments), metadata: null);
    }

    public ValueTask<T> CallAsync<T>(string connectionId, string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        return calls.CallAsync<T>(connectionId, Question.Take(method, calls.Write(method, arguments), options), options.CancellationToken);
    }

    public IAsyncEnumerable<MprpcReply<T>> AskAsync<T>(MprpcTarget target, TimeSpan within, string method, params ReadOnlySpan<object?> arguments)
    {
        ArgumentNullException.ThrowIfNull(target);
        CheckTime(within);
        return calls.AskAsync<T>(target, Question.Take(method, calls.Write(method, arguments), default), within);
    }

    protected static void CheckTime(TimeSpan within)
    {
        if (within != Timeout.InfiniteTimeSpan && (within <= TimeSpan.Zero || within > MprpcCallOptions.LongestTimeout))
        {
            throw new ArgumentOutOfRangeException(
                nameof(within), within, $"The time is {within}; allowed is any positive time up to 49 days, or Timeout.InfiniteTimeSpan for no limit.");
        }
    }
}
