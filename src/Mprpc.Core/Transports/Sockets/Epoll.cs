using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mprpc.Transports.Sockets;

/// <summary>Linux's epoll, as far as <see cref="SocketPoller"/> needs it.</summary>
internal static unsafe partial class Epoll
{
    // sys/epoll.h
    public const uint In = 0x1;
    public const uint Urgent = 0x2;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint ReadHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Modify = 3;
    private const int Interrupted = 4;      // EINTR

    // struct epoll_event is packed on x64 and x86 alone.
    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    /// <summary>How many bytes an event takes.</summary>
    public static int EventSize => s_isPacked ? 12 : 16;

    private static int DataOffset => s_isPacked ? 4 : 8;

    /// <returns>Its descriptor, or a negative number where the system has none for us.</returns>
    public static int Create() => CreateNative(CloseOnExec);

    /// <summary>Reports this descriptor's events from now on, each with <paramref name="key"/>.</summary>
    /// <returns>Whether it could be added.</returns>
    public static bool TryAdd(int epoll, int descriptor, ulong key, uint events) => TryControl(epoll, Add, descriptor, key, events);

    /// <summary>Reports other events of a descriptor that was added; what it is ready for is reported once more, behind what is ready already.</summary>
    /// <returns>Whether it is still there.</returns>
    public static bool TryModify(int epoll, int descriptor, ulong key, uint events) => TryControl(epoll, Modify, descriptor, key, events);

    /// <summary>Waits for events.</summary>
    /// <param name="epoll">The epoll's descriptor.</param>
    /// <param name="events">Gets them.</param>
    /// <param name="count">How many there is room for.</param>
    /// <param name="milliseconds">How long to wait; 0: not at all, -1: as long as it takes.</param>
    /// <returns>How many there are.</returns>
    public static int Wait(int epoll, byte* events, int count, int milliseconds)
    {
        int ready = SocketFaults.AreOn && SocketFaults.Interrupts() ? 0 : WaitNative(epoll, events, count, milliseconds);

        if (ready < 0 && Marshal.GetLastPInvokeError() is not Interrupted and int error)
        {
            throw new InvalidOperationException($"epoll_wait failed with error {error}.");
        }

        return Math.Max(ready, 0);
    }

    /// <summary>Reads an event.</summary>
    public static (ulong Key, uint Events) Read(byte* events, int index)
    {
        byte* read = events + (index * EventSize);
        return (Unsafe.ReadUnaligned<ulong>(read + DataOffset), Unsafe.ReadUnaligned<uint>(read));
    }

    private static bool TryControl(int epoll, int operation, int descriptor, ulong key, uint events)
    {
        byte* change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, events);
        Unsafe.WriteUnaligned(change + DataOffset, key);
        return ControlNative(epoll, operation, descriptor, change) == 0;
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreateNative(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlNative(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitNative(int epoll, byte* events, int count, int milliseconds);
}
