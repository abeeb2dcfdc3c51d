using System.Threading.Tasks.Sources;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Interleavings.Tests.Models;

/// <summary>A call and whoever awaits it, as compiled code does: once, by a continuation.</summary>
internal sealed class Caller
{
    private readonly PendingCall<int> _call;

    public Caller(TimeSpan? timeout = null)
    {
        _call = PendingCall<int>.Rent("sum", timeout ?? Timeout.InfiniteTimeSpan);
        Task = _call.Task;
        Token = Number(Task);
    }

    public PendingCall<int> Call => _call;

    public ValueTask<int> Task { get; }

    public short Token { get; }

    public int MessageId { get; set; }

    /// <summary>How often it has come to an end: with a result or an error.</summary>
    public int Ends { get; private set; }

    public int? Result { get; private set; }

    public Exception? Error { get; private set; }

    public bool TryAdd(InFlightRequests requests)
    {
        bool isAdded = requests.TryAdd(_call);
        MessageId = _call.MessageId;
        return isAdded;
    }

    public void Await()
    {
        var source = (IValueTaskSource<int>)_call;

        if (source.GetStatus(Token) == ValueTaskSourceStatus.Pending)
        {
            source.OnCompleted(static caller => ((Caller)caller!).End(), this, Token, ValueTaskSourceOnCompletedFlags.None);
        }
        else
        {
            End();
        }
    }

    /// <summary>What the read loop does with an answer.</summary>
    public static bool TryAnswer(InFlightRequests requests, int messageId, byte result)
    {
        if (requests.Take(messageId) is not { } call)
        {
            return false;
        }

        var reader = new MprpcReader(new byte[] { 0xc0, result }, 0, 2, MprpcSerializerOptions.Default, loop: null);
        call.ReadAnswer(ref reader);
        call.Complete(onThisThread: true);
        return true;
    }

    /// <summary>What a misuse does.</summary>
    /// <returns>Whether it was refused.</returns>
    public bool TryMisuse(Action<IValueTaskSource<int>, short> use)
    {
        try
        {
            use(_call, Token);
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static short Number(ValueTask<int> task)
    {
        // The token is a private field of ValueTask; what it is given to tells it.
        return (short)typeof(ValueTask<int>)
            .GetField("_token", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(task)!;
    }

    private void End()
    {
        Ends++;

        try
        {
            Result = Task.GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            Error = exception;
        }
    }
}
