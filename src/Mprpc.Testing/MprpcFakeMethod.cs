using System.Diagnostics.CodeAnalysis;
using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Testing.Fakes;
using Mprpc.Wire;

namespace Mprpc.Testing;

/// <summary>
/// What a fake server does with the calls of one method. Each step here serves one call, in the order in which they were given; the last one serves all further
/// calls: <c>server.On("get").Disconnects().Returns(7)</c> loses the connection once, then answers 7.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class MprpcFakeMethod
{
    private readonly MprpcSerializerOptions _serializer;
    private readonly Lock _gate = new();
    private readonly List<Func<MprpcFakeCall, ValueTask<FakeAnswer>>> _steps = [];
    private int _next;

    internal MprpcFakeMethod(MprpcSerializerOptions serializer) => _serializer = serializer;

    /// <summary>Answers with a value.</summary>
    /// <param name="value">The result; its own type chooses the encoding. Null: nil. One that cannot be encoded fails here.</param>
    public MprpcFakeMethod Returns(object? value)
    {
        FakeAnswer answer = Result(value);
        return Add(_ => ValueTask.FromResult(answer));
    }

    /// <summary>Answers with what a function makes of the call. An <see cref="MprpcException"/> that it throws is the answer's error.</summary>
    /// <param name="answer">Makes the result.</param>
    public MprpcFakeMethod Answers(Func<MprpcFakeCall, object?> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(call => ValueTask.FromResult(Result(answer(call))));
    }

    /// <summary>Answers with what a function makes of the call, when it has ended; until then the call waits.</summary>
    /// <param name="answer">Makes the result.</param>
    public MprpcFakeMethod Answers(Func<MprpcFakeCall, Task<object?>> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Add(async call => Result(await answer(call).ConfigureAwait(false)));
    }

    /// <summary>
    /// Answers with an error, as a server whose method throws this <see cref="MprpcException"/>: the caller gets an <see cref="MprpcRemoteException"/> with
    /// what <see cref="MprpcFakeServer.ErrorShape"/> carries of it.
    /// </summary>
    /// <param name="message">The error's message.</param>
    /// <param name="code">Its code, or null.</param>
    /// <param name="errorData">Further facts, or null. Data that cannot be encoded fails here.</param>
    public MprpcFakeMethod Fails(string message, string? code = null, object? errorData = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(message);
        FakeAnswer answer = FakeAnswer.Error(message, code, errorData is null ? null : Encode(errorData));
        return Add(_ => ValueTask.FromResult(answer));
    }

    /// <summary>Never answers: the call ends by its timeout, by its cancellation or with the connection.</summary>
    public MprpcFakeMethod NeverAnswers() => Add(static _ => ValueTask.FromResult(FakeAnswer.None));

    /// <summary>
    /// Resets the connection: the call, and all others that wait on it, fail with an <see cref="MprpcConnectionException"/> whose request was sent.
    /// </summary>
    public MprpcFakeMethod Disconnects() => Add(static _ => ValueTask.FromResult(FakeAnswer.Disconnect));

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the test's own code throws is told to the caller.")]
    internal async ValueTask<FakeAnswer> AnswerAsync(MprpcFakeCall call)
    {
        try
        {
            return TakeStep() is { } step ? await step(call).ConfigureAwait(false) : FakeAnswer.Unscripted(call.Method);
        }
        catch (MprpcException exception)
        {
            return FakeAnswer.Error(exception.Message, exception.Code, exception.ErrorData);
        }
        catch (Exception exception)
        {
            return FakeAnswer.Error($"The test's own answer to '{call.Method}' threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    private Func<MprpcFakeCall, ValueTask<FakeAnswer>>? TakeStep()
    {
        lock (_gate)
        {
            return _steps.Count == 0 ? null : _steps[Math.Min(_next++, _steps.Count - 1)];
        }
    }

    private MprpcFakeMethod Add(Func<MprpcFakeCall, ValueTask<FakeAnswer>> step)
    {
        lock (_gate)
        {
            // A step that serves all further calls has been reached, and has served: the new one takes its place.
            _next = Math.Min(_next, _steps.Count);
            _steps.Add(step);
        }

        return this;
    }

    private FakeAnswer Result(object? value) => FakeAnswer.Result(Encode(value));

    private MprpcRaw Encode(object? value)
    {
        MprpcWriter writer = MprpcWriter.Rent(_serializer, reserved: 0, SendLimit.OfArgument);

        try
        {
            ArgumentWriter.Write(writer, value);
            return new MprpcRaw(writer.WrittenSpan.ToArray());
        }
        finally
        {
            MprpcWriter.Return(writer);
        }
    }
}
