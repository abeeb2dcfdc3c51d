using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Mprpc.Reliability.Kit;

/// <summary>A connection that calls every 10 ms, on a thread and a socket of its own: what happens to others must not reach it.</summary>
internal sealed class Canary : IDisposable
{
    private const int PeriodMilliseconds = 10;
    private const int LongestMilliseconds = 20_000;

    private static readonly byte[] s_request = Hex.Bytes("94 00 cd7a7a SUM");
    private static readonly byte[] s_answer = Hex.Bytes("94 01 cd7a7a c0 03");

    private readonly Socket _socket = new(
        AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = LongestMilliseconds };
    private readonly List<double> _milliseconds = [];
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    public Canary(int port)
    {
        _socket.Connect(IPAddress.Loopback, port);
        _thread = new Thread(Run) { IsBackground = true, Name = "Canary" };
        _thread.Start();
    }

    public int Count
    {
        get
        {
            lock (_milliseconds)
            {
                return _milliseconds.Count;
            }
        }
    }

    /// <summary>Why it has stopped calling; null while all is well.</summary>
    public string? Error { get; private set; }

    /// <summary>Which time so many of a hundred calls stayed under, since the last time this was asked with reset.</summary>
    public (double P50, double P99, int Calls) Take()
    {
        double[] all;

        lock (_milliseconds)
        {
            all = [.. _milliseconds.Order()];
            _milliseconds.Clear();
        }

        return all.Length == 0 ? (0, 0, 0) : (all[all.Length / 2], all[(int)(all.Length * 0.99)], all.Length);
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join(LongestMilliseconds);
        _socket.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        byte[] received = new byte[s_answer.Length];

        try
        {
            while (!_stop.Wait(PeriodMilliseconds))
            {
                long start = Stopwatch.GetTimestamp();
                _socket.Send(s_request);

                for (int length = 0; length < received.Length;)
                {
                    int count = _socket.Receive(received, length, received.Length - length, SocketFlags.None);

                    if (count == 0)
                    {
                        Error = "The server has closed the canary's connection.";
                        return;
                    }

                    length += count;
                }

                if (!received.AsSpan().SequenceEqual(s_answer))
                {
                    Error = $"The canary was answered {Hex.Text(received)}.";
                    return;
                }

                lock (_milliseconds)
                {
                    _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }
        }
        catch (SocketException exception)
        {
            Error = $"The canary's connection failed: {exception.Message}";
        }
    }
}
