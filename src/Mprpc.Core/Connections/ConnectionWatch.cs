using Mprpc.Diagnostics;

namespace Mprpc.Connections;

/// <summary>Ends a connection whose peer begins a message and does not finish it, does not read, or says nothing for too long (docs/protocol.md 1.3).</summary>
/// <remarks>It compares counters at each heartbeat, so that the way of a call pays for no clock. Limits are exact to a second or two.</remarks>
internal sealed class ConnectionWatch(RpcConnection connection, ReadLoop loop, ConnectionLimits limits, TimeProvider clock) : ITicking
{
    private const int Nothing = -1;

    // What the message can say.
    private static readonly TimeSpan s_longestGrace = TimeSpan.FromDays(24);

    private int _partialMessage = Nothing;
    private long _partialSince;
    private int _write = Nothing;
    private long _writeSince;
    private int _finish = Nothing;
    private long _finishSince;
    private int _read = Nothing;
    private long _readSince;
    private int _silence = Nothing;
    private long _silentSince;
    private bool _hasAsked;
    private long _madeAt;
    private double _ageFactor;      // 0: not chosen yet
    private bool _isTooOld;
    private bool _isStopped;

    public void OnTick()
    {
        long now = clock.GetTimestamp();
        CheckPartialMessage(now);
        CheckWrite(now);
        CheckHalfClose(now);
        CheckIdle(now);
        CheckSilence(now);
        CheckAge(now);
        connection.CheckTransport();
        loop.TakeControl();     // an idle connection keeps nothing
    }

    private void CheckPartialMessage(long now)
    {
        // While the loop does not read, it is not the peer's fault that the message does not go on.
        int present = loop.IsReading && loop.PartialLength > 0 ? loop.PartialNumber : Nothing;

        if (!IsSame(present, ref _partialMessage, ref _partialSince, now, out TimeSpan elapsed) || elapsed <= limits.PartialMessageTimeout)
        {
            return;
        }

        if (loop.PartialLength < elapsed.TotalSeconds * limits.MinPartialMessageRate)
        {
            connection.Abort(ConnectionLimit.PartialMessage, new MprpcProtocolException(
                $"The peer began a message and sent {loop.PartialLength:N0} bytes of it in {elapsed.TotalSeconds:N0} s; "
                + $"allowed are {limits.PartialMessageTimeout.TotalSeconds:N0} s, then "
                + $"{limits.MinPartialMessageRate:N0} bytes/s at least. Raise {limits.OptionsName}.PartialMessageTimeout for slow networks."));
        }
    }

    private void CheckWrite(long now)
    {
        int present = connection.Output.IsWriting ? connection.Output.Writes : Nothing;

        if (IsSame(present, ref _write, ref _writeSince, now, out TimeSpan elapsed) && elapsed > limits.WriteTimeout)
        {
            connection.Abort(ConnectionLimit.WriteTimeout, new MprpcProtocolException(
                $"The peer has read nothing for {elapsed.TotalSeconds:N0} s while answers wait for it; allowed are {limits.WriteTimeout.TotalSeconds:N0} s. "
                + $"Raise {limits.OptionsName}.WriteTimeout if peers may be that slow."));
        }
    }

    private void CheckHalfClose(long now)
    {
        int present = loop.PeerHasFinished && connection.RunningCalls.Count > 0 ? 0 : Nothing;

        if (IsSame(present, ref _finish, ref _finishSince, now, out TimeSpan elapsed) && elapsed > limits.HalfCloseTimeout)
        {
            connection.Abort(ConnectionLimit.HalfClose, new MprpcProtocolException(
                "The peer has ended its side, "
                + $"and {connection.RunningCalls.Count:N0} of its calls have gone on for {elapsed.TotalSeconds:N0} s since; allowed are "
                + $"{limits.HalfCloseTimeout.TotalSeconds:N0} s. Raise {limits.OptionsName}.HalfCloseTimeout if such peers wait longer for their answers."));
        }
    }

    private void CheckIdle(long now)
    {
        if (limits.IdleTimeout == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        int present = loop.IsReading && connection.RunningCalls.Count == 0 && connection.Requests.Count == 0
            ? loop.Reads - connection.PingsAnswered      // they keep nothing alive but themselves
            : Nothing;

        if (IsSame(present, ref _read, ref _readSince, now, out TimeSpan elapsed) && elapsed > limits.IdleTimeout)
        {
            connection.StopIdle(elapsed);
        }
    }

    private void CheckSilence(long now)
    {
        if (limits.HeartbeatInterval == Timeout.InfiniteTimeSpan || connection.Peer is not { Ping: true })
        {
            return;
        }

        // Any byte is a sign of life; and while the loop does not read, it is not the peer's fault that none comes.
        int present = loop.IsReading ? loop.Reads : Nothing;

        if (!IsSame(present, ref _silence, ref _silentSince, now, out TimeSpan elapsed) || elapsed < limits.HeartbeatInterval)
        {
            _hasAsked = false;
        }
        else if (!_hasAsked)
        {
            _hasAsked = true;
            connection.SendPing();
        }
        else if (elapsed > limits.HeartbeatInterval + limits.HeartbeatTimeout)
        {
            connection.Abort(new IOException(
                $"The peer has sent nothing for {elapsed.TotalSeconds:N0} s, not even an answer to '$/ping'; "
                + $"allowed are {limits.HeartbeatInterval.TotalSeconds:N0} s, then {limits.HeartbeatTimeout.TotalSeconds:N0} s "
                + $"({limits.OptionsName}.HeartbeatInterval and HeartbeatTimeout)."));
        }
    }

    private void CheckAge(long now)
    {
        if (limits.MaxConnectionAge == Timeout.InfiniteTimeSpan || connection.Peer is not { GoAway: true })
        {
            return;
        }

        if (_ageFactor == 0)
        {
            // Ten percent more or less: connections that were made together do not all come again together.
            _ageFactor = 0.9 + (0.2 * Random.Shared.NextDouble());
            _madeAt = now;
        }

        TimeSpan age = clock.GetElapsedTime(_madeAt, now);
        TimeSpan allowed = limits.MaxConnectionAge * _ageFactor;

        if (!_isTooOld && age >= allowed)
        {
            _isTooOld = true;
            connection.SendGoAway(limits.MaxConnectionAgeGrace > TimeSpan.Zero ? limits.MaxConnectionAgeGrace : s_longestGrace, "age");
        }
        else if (_isTooOld && !_isStopped && limits.MaxConnectionAgeGrace != Timeout.InfiniteTimeSpan && age >= allowed + limits.MaxConnectionAgeGrace)
        {
            _isStopped = true;
            connection.Stop();
        }
    }

    /// <summary>Whether the same thing was seen at the last tick, and for how long.</summary>
    private bool IsSame(int present, ref int seen, ref long since, long now, out TimeSpan elapsed)
    {
        if (present == Nothing || present != seen)
        {
            seen = present;
            since = now;
            elapsed = TimeSpan.Zero;
            return false;
        }

        elapsed = clock.GetElapsedTime(since, now);
        return true;
    }
}
