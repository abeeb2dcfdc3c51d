using System.Text;
using Mprpc.Binding;
using Mprpc.Client.Pooling;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.Client.Connections;

/// <summary>What the server may call: what the client's options name, and what is registered later.</summary>
/// <remarks>Safe for concurrent use. Each change makes a new table, so that a call finds its method without a lock.</remarks>
internal sealed class ClientMethods(ClientParts parts, ConnectionPool pool)
{
    private readonly Lock _gate = new();

    /// <summary>Lets the server call a delegate, until what is returned is disposed.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or the delegate cannot be served.</exception>
    public IDisposable Add<TDelegate>(string name, TDelegate handler)
        where TDelegate : Delegate
    {
        IReadOnlyList<RpcMethod> added = SentTypes.Check(MprpcClientOptions.BuildHandler(name, handler, parts.Options), parts.Serializer);

        lock (_gate)
        {
            if (parts.Dispatcher.Methods.Find(Encoding.UTF8.GetBytes(name)) is not null)
            {
                throw new InvalidOperationException(
                    $"The server can call a method '{name}' of this client already. Choose another name, or dispose first what On returned for it.");
            }

            parts.Dispatcher.ChangeMethods(new MethodTable([.. parts.Dispatcher.Methods.Methods, .. added]));
        }

        Interlocked.MemoryBarrier();    // with that of Subchannel: a connection made at this moment either sees the method, or is seen here

        foreach (RpcConnection connection in pool.Connected())
        {
            connection.ExpectCalls();
        }

        TellServer();
        return new Registration(this, added);
    }

    /// <summary>
    /// A server that knows the extensions calls who has said that there is something to call: connections that have said that there is nothing are replaced.
    /// One that has said nothing stays, since the server may call over it all the same; those that come ask.
    /// </summary>
    private void TellServer()
    {
        parts.Negotiation.TryUse();

        foreach (Subchannel subchannel in pool.Subchannels)
        {
            subchannel.TryRetireSilent();
        }
    }

    private void Remove(IReadOnlyList<RpcMethod> removed)
    {
        lock (_gate)
        {
            parts.Dispatcher.ChangeMethods(new MethodTable(parts.Dispatcher.Methods.Methods.Except(removed)));
        }
    }

    private sealed class Registration(ClientMethods methods, IReadOnlyList<RpcMethod> added) : IDisposable
    {
        private int _isDisposed;

        public void Dispose()
        {
            // Once: another may have taken the name since.
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                methods.Remove(added);
            }
        }
    }
}
