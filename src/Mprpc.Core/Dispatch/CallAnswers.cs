using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>
/// Answers calls: those that were refused, and those whose method has failed or ended. Safe for concurrent use; one serves all methods
/// of an endpoint.
/// </summary>
internal sealed class CallAnswers(MprpcSerializerOptions serializer, MprpcErrorShape errorShape, bool enableDetailedErrors, bool takesExtensions)
{
    private const string InternalError = "Internal error.";

    private static readonly ExceptionMap s_noExceptions = new();

    private readonly FailureLog _refusals = new();

    /// <summary>Writes the answers.</summary>
    public AnswerWriter Writer { get; } = new(serializer, errorShape, takesExtensions);

    /// <summary>Which exceptions mean something to the caller.</summary>
    public ExceptionMap Exceptions { get; set; } = s_noExceptions;

    /// <summary>Where calls are measured; null: nowhere.</summary>
    public CallTelemetry? Telemetry { get; set; }

    /// <summary>Measures a call that is being answered, by whoever has taken the answer; a notification's when nobody else has.</summary>
    /// <param name="call">The call.</param>
    /// <param name="method">Its method.</param>
    /// <param name="status">The code of the error that it is answered with; null: it succeeded.</param>
    /// <param name="onLoop">Whether the thread holds the read loop.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]      // mostly nobody listens
    public void Measure(in IncomingCall call, ServedMethod method, string? status, bool onLoop)
    {
        if (call.Started != 0)
        {
            Record(call, method.Series, status, onLoop);
        }
    }

    /// <summary>The same of a call whose method nobody has looked for, or found; on the loop.</summary>
    public void MeasureOther(in IncomingCall call, in RpcError error)
    {
        if (call.Started != 0)
        {
            Record(call, CallSeries.Other, error.Status, onLoop: true);
        }
    }

    /// <summary>Answers a call whose parameters could not be read; the thread has not left the loop.</summary>
    public void RefuseArguments(in IncomingCall call, ServedMethod method, MprpcMethodDescription description, ref MprpcReader parameters)
        => Refuse(call, method, DescribeFailure(call.Connection, method, description, ref parameters));

    /// <summary>Says which parameter could not be read.</summary>
    public static RpcError DescribeFailure(RpcConnection connection, ServedMethod method, MprpcMethodDescription description, ref MprpcReader parameters)
    {
        if (parameters.Exception is { } exception && connection.Logger.IsEnabled(LogLevel.Debug))
        {
            string parameter = NameOf(description, parameters.FailedIndex);
            ProtocolLog.ParameterNotRead(connection.Logger, connection.Id, method.WireName, parameter, LogText.Clean(exception));
        }

        return new RpcError(RpcErrorKind.InvalidArguments, DescribeParameter(method, description, parameters.FailedIndex, parameters.Expected));
    }

    /// <summary>What a caller is told of a parameter that could not be read.</summary>
    public static string DescribeParameter(ServedMethod method, MprpcMethodDescription description, int index, string expected)
        => $"Param {index + 1} ('{NameOf(description, index)}') of method '{method.WireName}' must be {ExpectedShape.Of(expected)}.";

    /// <summary>Answers a call that is refused before its method has run; on the loop where the call is.</summary>
    public void Refuse(in IncomingCall call, ServedMethod method, in RpcError error)
    {
        LogRefusal(call, method.WireName, error.Message);
        Measure(call, method, error.Status, onLoop: call.Loop is not null);
        Answer(call, onLoop: call.Loop is not null, error);
    }

    /// <summary>Answers a call whose method, or the writing of whose result, threw; unless its deadline has answered it.</summary>
    public void AnswerThrown(in IncomingCall call, ServedMethod method, Exception exception, bool onLoop)
    {
        if (call.TryTakeAnswer())
        {
            AnswerFailure(call, method, exception, onLoop);
        }
        else if (exception is not OperationCanceledException && FailedParamOf(call, exception) < 0)
        {
            LogFailure(call, method, exception);
        }
    }

    /// <summary>
    /// Answers a call whose method, or the writing of whose result, threw, and whose answer has been taken. No exception loses the answer: if even the error
    /// cannot be formed, it is a fixed text.
    /// </summary>
    public void AnswerFailure(in IncomingCall call, ServedMethod method, Exception exception, bool onLoop)
    {
        RpcError error;

        try
        {
            error = DescribeFailure(call, method, exception);
        }
        catch (Exception failure)
        {
            LogFailure(call, method, failure);
            error = new RpcError(RpcErrorKind.Handler, InternalError) { IsInternal = true };
        }

        Measure(call, method, error.Status, onLoop);

        try
        {
            Answer(call, onLoop, error);
        }
        catch (Exception failure)
        {
            // The error's data is the application's, and may be what cannot be written.
            LogFailure(call, method, failure);
            Answer(call, onLoop, new RpcError(RpcErrorKind.Handler, InternalError));
        }
    }

    /// <summary>
    /// Logs what the application should see of a call that threw: all but the cancellation of calls that were cancelled, or whose connection is gone.
    /// </summary>
    public static void LogFailure(in IncomingCall call, ServedMethod method, Exception exception)
    {
        if (exception is not OperationCanceledException
            || !(call.Connection.Closed.IsCancellationRequested || call.Control is { IsCancellationRequested: true }))
        {
            method.Failures.MethodThrew(call.Connection.Logger, call.Connection.Id, method.WireName, exception);
        }
    }

    /// <summary>A caller is told; nobody hears of a notification but by the log.</summary>
    public void LogRefusal(in IncomingCall call, string method, string reason)
    {
        if (call.MessageId is null)
        {
            _refusals.NotificationRefused(call.Connection.Logger, call.Connection.Id, method, reason);
        }
        else
        {
            ProtocolLog.CallRefused(call.Connection.Logger, call.Connection.Id, method, reason);
        }
    }

    /// <summary>Answers a request with an error; a notification has no answer.</summary>
    public void Answer(in IncomingCall call, bool onLoop, in RpcError error)
    {
        if (call.MessageId is not { } id)
        {
            return;
        }

        MprpcWriter writer = BeginAnswer(call, onLoop);
        Writer.WriteError(call.Connection, writer, id, error);
        EndAnswer(call, writer, onLoop);
    }

    /// <summary>Where an answer is to be written: into the loop's batch if it may be, else by itself.</summary>
    public MprpcWriter BeginAnswer(in IncomingCall call, bool onLoop = true) => onLoop && call.Turn is null ? call.Loop!.Batch : MprpcWriter.Rent(serializer);

    /// <summary>Sends what <see cref="BeginAnswer"/> gave.</summary>
    public static void EndAnswer(in IncomingCall call, MprpcWriter answer, bool onLoop = true)
    {
        if (!onLoop || call.Turn is not null)
        {
            call.Connection.Answer(call, onLoop, answer);
        }
    }

    /// <summary>What a caller is told whose call has taken too long.</summary>
    public static RpcError TookTooLong(CallControl control)
        => new(
            RpcErrorKind.Handler,
            $"Method '{control.Method.WireName}' took longer than {control.Timeout.TotalSeconds:0.###} s"
                + (control.IsCallersDeadline ? ", the time that the caller gave it." : "."),
            ErrorCode.Timeout);

    /// <summary>Says in the log that a notification was refused, since nobody else is told.</summary>
    public void LogRefusedNotification(RpcConnection connection, string method, string reason)
        => _refusals.NotificationRefused(connection.Logger, connection.Id, method, reason);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Record(in IncomingCall call, CallSeries series, string? status, bool onLoop)
    {
        CallOutcome outcome = status is null ? default : CallOutcome.Answered(status);
        long now = Telemetry!.End(call.Started, call.Span, series, outcome, call.Connection.Id);

        if (onLoop)
        {
            call.Loop!.Now = now;
        }
    }

    private RpcError DescribeFailure(in IncomingCall call, ServedMethod method, Exception exception)
    {
        if (FailedParamOf(call, exception) is >= 0 and var param)
        {
            // The peer's own doing, and it can do so at will.
            if (call.Connection.Logger.IsEnabled(LogLevel.Debug))
            {
                ProtocolLog.MethodFailed(call.Connection.Logger, call.Connection.Id, method.WireName, LogText.Clean(exception.Message));
            }

            return new RpcError(RpcErrorKind.Handler, $"The source of param {param + 1} has failed: {exception.Message}", ErrorCode.Cancelled);
        }

        if ((exception as MprpcException ?? MapException(call, method, exception)) is { } meant)
        {
            if (call.MessageId is null)
            {
                _refusals.NotificationRefused(call.Connection.Logger, call.Connection.Id, method.WireName, LogText.Clean(meant.Message));
            }
            else if (call.Connection.Logger.IsEnabled(LogLevel.Debug))
            {
                // It may quote what the peer has sent.
                ProtocolLog.MethodFailed(call.Connection.Logger, call.Connection.Id, method.WireName, LogText.Clean(meant.Message));
            }

            return (meant as InvalidArgumentsException)?.ToError() ?? new RpcError(RpcErrorKind.Handler, meant.Message, meant.Code, meant.ErrorData);
        }

        if (exception is OperationCanceledException)
        {
            switch (call.Control?.Reason)
            {
                case CancelReason.Peer or CancelReason.Closed:
                    return new RpcError(RpcErrorKind.Handler, "The call was cancelled.", ErrorCode.Cancelled);

                // Not told at the deadline, since the caller had not been let in: nor is it told the method's name now.
                case CancelReason.Deadline:
                    return new RpcError(RpcErrorKind.Handler, "The call took longer than it may.", ErrorCode.Timeout);

                // Its caller has ended its side, and with it what it fed.
                case CancelReason.None when call.Control.Fed is { AreLost: true }:
                    return new RpcError(RpcErrorKind.Handler, "The call was cancelled: a stream of it was not fed to its end.", ErrorCode.Cancelled);
            }
        }

        LogFailure(call, method, exception);
        return new RpcError(RpcErrorKind.Handler, enableDetailedErrors ? $"{exception.GetType().Name}: {exception.Message}" : InternalError)
        {
            IsInternal = true,
        };
    }

    /// <summary>The param whose stream the peer has ended with the error that the method lets through; -1: the exception is another.</summary>
    private static int FailedParamOf(in IncomingCall call, Exception exception)
        => exception is MprpcRemoteException ? call.Control?.Fed?.FailedBy(exception) ?? -1 : -1;

    private static string NameOf(MprpcMethodDescription description, int index)
        => description.Parameters.Count == 0 ? "?" : description.Parameters[Math.Min(index, description.Parameters.Count - 1)].Name;

    private MprpcException? MapException(in IncomingCall call, ServedMethod method, Exception exception)
    {
        try
        {
            return Exceptions.Find(exception);
        }
        catch (Exception failure)
        {
            LogFailure(call, method, failure);
            return null;
        }
    }
}
