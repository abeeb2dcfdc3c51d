namespace Mprpc.CompilerServices;

/// <summary>
/// Writers of threads that have more than they keep, for those that have none: where one thread writes messages and another sends them, as with streams, they
/// would be made on the one and dropped on the other. Safe for concurrent use.
/// </summary>
internal static class SpareWriters
{
    // As many as a few threads may drop between two looks of others; each has 64 KiB at most.
    private static readonly MprpcWriter?[] s_writers = new MprpcWriter?[8];

    public static MprpcWriter? Take()
    {
        for (int i = 0; i < s_writers.Length; i++)
        {
            if (Volatile.Read(ref s_writers[i]) is not null && Interlocked.Exchange(ref s_writers[i], null) is { } writer)
            {
                return writer;
            }
        }

        return null;
    }

    public static void Add(MprpcWriter writer)
    {
        for (int i = 0; i < s_writers.Length; i++)
        {
            if (Volatile.Read(ref s_writers[i]) is null && Interlocked.CompareExchange(ref s_writers[i], writer, null) is null)
            {
                return;
            }
        }
    }
}
