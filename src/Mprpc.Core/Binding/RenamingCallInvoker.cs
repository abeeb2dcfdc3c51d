using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Serialization;
using Mprpc.Streams;

namespace Mprpc.Binding;

/// <summary>Gives the calls of a generated proxy, which knows snake_case names alone, the names of another naming policy.</summary>
/// <remarks>A request is copied once for that. Clients with the default policy have none of it.</remarks>
internal sealed class RenamingCallInvoker : MprpcCallInvoker
{
    private readonly MprpcCallInvoker _invoker;
    private readonly Dictionary<string, string> _names;

    /// <param name="invoker">What sends.</param>
    /// <param name="derived">The wire names that are made of C# names, each followed by that name.</param>
    /// <param name="policy">How the server's names are made.</param>
    public RenamingCallInvoker(MprpcCallInvoker invoker, ReadOnlySpan<string> derived, MprpcNamingPolicy policy)
        : base(Timeout.InfiniteTimeSpan)
    {
        _invoker = invoker;
        _names = new Dictionary<string, string>(StringComparer.Ordinal);

        for (int i = 0; i < derived.Length; i += 2)
        {
            string name = derived[i];
            string prefix = name[..^WireName.From(derived[i + 1], MprpcNamingPolicy.SnakeCase).Length];
            string renamed = prefix + WireName.From(derived[i + 1], policy);

            if (!_names.TryAdd(name, renamed) && _names[name] != renamed)
            {
                throw new InvalidOperationException(
                    $"A typed client cannot tell '{_names[name]}' from '{renamed}': its generated proxy calls both '{name}'. "
                    + "Name one of the methods with [MprpcMethod(\"...\")].");
            }
        }
    }

    private RenamingCallInvoker(MprpcCallInvoker invoker, Dictionary<string, string> names)
        : base(Timeout.InfiniteTimeSpan)
    {
        _invoker = invoker;
        _names = names;
    }

    internal override TimeSpan CallTimeout => _invoker.CallTimeout;

    internal override MprpcCallInvoker Innermost => _invoker.Innermost;

    internal override StreamLimits StreamLimits => _invoker.StreamLimits;

    internal override TimeSpan? OwnTimeout => _invoker.OwnTimeout;

    public override MprpcWriter BeginCall() => _invoker.BeginCall();

    public override void Notify(string method, MprpcWriter notification)
    {
        (string name, MprpcWriter renamed) = Rename(method, notification);
        _invoker.Notify(name, renamed);
    }

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
    {
        (string name, MprpcWriter renamed) = Rename(method, notification);
        _invoker.Notify(name, renamed, options);
    }

    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
    {
        (string name, MprpcWriter renamed) = Rename(method, request);
        return _invoker.SendAsync<T>(name, renamed, options);
    }

    internal override ValueTask WithoutResult(ValueTask<NoValue> call) => _invoker.WithoutResult(call);

    // The filters see the names that are on the wire.
    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters) => new RenamingCallInvoker(_invoker.WithFilters(filters), _names);

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
    {
        (string name, MprpcWriter renamed) = Rename(method, request);
        return _invoker.CallAsync<T>(name, renamed, cancellationToken);
    }

    private (string Name, MprpcWriter Request) Rename(string method, MprpcWriter request)
    {
        if (!_names.TryGetValue(method, out string? name) || name == method)
        {
            return (method, request);
        }

        MessagePackHead.TryReadBytes(request.WrittenSpan, out int head, out int length);
        MprpcWriter renamed = _invoker.BeginCall();
        renamed.Levels = request.Levels;

        try
        {
            renamed.WriteString(name);
            renamed.WriteEncoded(request.WrittenSpan[(head + length)..]);
        }
        catch
        {
            // With the longer name it is larger than may be sent.
            Drop(renamed);
            throw;
        }
        finally
        {
            Drop(request);
        }

        return (name, renamed);
    }
}
