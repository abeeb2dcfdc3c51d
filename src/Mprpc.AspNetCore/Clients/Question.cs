using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>A call that goes to many clients: encoded once. Immutable.</summary>
/// <param name="Method">The wire name.</param>
/// <param name="Call">Method and arguments in today's encoding, the head left out.</param>
/// <param name="Levels">At most how deep they nest.</param>
/// <param name="Options">The call's own options.</param>
internal sealed record Question(string Method, ReadOnlyMemory<byte> Call, int Levels, MprpcCallOptions Options)
{
    /// <param name="method">The wire name.</param>
    /// <param name="request">Method and arguments; given back.</param>
    /// <param name="options">The call's own options.</param>
    public static Question Take(string method, MprpcWriter request, MprpcCallOptions options)
    {
        var question = new Question(method, request.WrittenMemory.ToArray(), request.Levels, options);
        MprpcWriter.Return(request);
        return question;
    }

    /// <summary>Asks one client.</summary>
    public ValueTask<T> AskAsync<T>(RpcConnection connection, TimeSpan timeout, CancellationToken cancellationToken)
    {
        MprpcWriter request = connection.BeginCall();

        try
        {
            request.WriteRaw(Call.Span);
            request.Levels = Levels;
        }
        catch
        {
            MprpcWriter.Return(request);
            throw;
        }

        return connection.TryCall(Method, request, timeout, Options.Told, cancellationToken, out ValueTask<T> result)
            ? result
            : throw connection.NotSent(Method, request);
    }
}
