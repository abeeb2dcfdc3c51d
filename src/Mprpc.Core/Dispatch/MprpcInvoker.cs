using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>
/// Reads the parameters, ends the reader, gets the service and calls the method; returns what the method returns, or the default where the reader failed. For
/// generated code.
/// </summary>
/// <typeparam name="TService">The service class.</typeparam>
/// <typeparam name="TReturn">What the method returns; <see cref="NoValue"/> for void.</typeparam>
/// <param name="target">Gives the service.</param>
/// <param name="parameters">The parameters that the peer sent: as many as the method takes, or fewer where it has defaults.</param>
/// <param name="context">The call's context; not null where the method's description says that it is needed.</param>
/// <param name="cancellationToken">Cancelled when the connection is lost.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate TReturn MprpcInvoker<TService, out TReturn>(
    MprpcTarget<TService> target, ref MprpcReader parameters, MprpcCallContext? context, CancellationToken cancellationToken);
