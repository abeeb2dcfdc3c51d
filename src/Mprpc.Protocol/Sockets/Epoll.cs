using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mprpc.Sockets;

/// <summary>Linux's epoll, as far as <see cref="SocketPoller"/> needs it.</summary>
internal static unsafe partial class Epoll
{
    // sys/epoll.h
    public const uint In = 0x1;
    public const uint Out = 0x4;
    public const uint Error = 0x8;
    public const uint HangUp = 0x10;
    public const uint ReadHangUp = 0x2000;
    public const uint EdgeTriggered = 1u << 31;

    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Interrupted = 4;      // EINTR

    // struct epoll_event is packed on x64 and x86 alone.
    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    /// <summary>How many bytes an event takes.</summary>
    public static int EventSize => s_isPacked ? 12 : 16;

    private static int DataOffset => s_isPacked ? 4 : 8;

    /// <returns>Its descriptor, or a negative number where the system has none for us.</returns>
    public static int Create() => CreateNative(CloseOnExec);

    /// <summary>Reports this descriptor's events from now on.</summary>
    /// <returns>Whether it could be added.</returns>
    public static bool TryAdd(int epoll, int descriptor, uint events)
    {
        byte* added = stackalloc byte[16];
        Unsafe.WriteUnaligned(added, events);
        Unsafe.WriteUnaligned(added + DataOffset, (ulong)descriptor);
        return ControlNative(epoll, Add, descriptor, added) == 0;
    }

    /// <summary>Waits for events.</summary>
    /// <param name="epoll">The epoll's descriptor.</param>
    /// <param name="events">Gets them.</param>
    /// <param name="count">How many there is room for.</param>
    /// <param name="milliseconds">How long to wait; 0: not at all, -1: as long as it takes.</param>
    /// <returns>How many there are.</returns>
    public static int Wait(int epoll, byte* events, int count, int milliseconds)
    {
        int ready = WaitNative(epoll, events, count, milliseconds);

        if (ready < 0 && Marshal.GetLastPInvokeError() is not Interrupted and int error)
        {
            throw new InvalidOperationException($"epoll_wait failed with error {error}.");
        }

        return Math.Max(ready, 0);
    }

    /// <summary>Reads an event.</summary>
    public static (int Descriptor, uint Events) Read(byte* events, int index)
    {
        byte* read = events + (index * EventSize);
        return ((int)Unsafe.ReadUnaligned<ulong>(read + DataOffset), Unsafe.ReadUnaligned<uint>(read));
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreateNative(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlNative(int epoll, int operation, int descriptor, byte* added);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitNative(int epoll, byte* events, int count, int milliseconds);
}
