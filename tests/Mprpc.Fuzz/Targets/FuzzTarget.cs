namespace Mprpc.Fuzz.Targets;

/// <summary>Something that takes any bytes and must keep its promises.</summary>
internal abstract class FuzzTarget
{
    // What may be taken for an input whatever its length, and for each of its bytes.
    protected const int FixedBytes = 64 * 1024;
    protected const int BytesForEachByte = 8;

    private bool _isWarm;

    /// <summary>Runs it on this input.</summary>
    /// <exception cref="InvalidOperationException">A promise is broken; the text says which.</exception>
    public void Run(ReadOnlySpan<byte> input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Execute(input);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // At first things are made that stay.
        if (_isWarm && allocated > MostAllocated(input))
        {
            // Once more: a table may have been made that nobody had needed before.
            before = GC.GetAllocatedBytesForCurrentThread();
            Execute(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Require(allocated <= MostAllocated(input), $"{input.Length} bytes made it allocate {allocated}.");
        }

        _isWarm = true;
    }

    protected abstract void Execute(ReadOnlySpan<byte> input);

    /// <summary>How many bytes the input may make it allocate, those that are garbage at once included.</summary>
    protected virtual long MostAllocated(ReadOnlySpan<byte> input) => FixedBytes + ((long)BytesForEachByte * input.Length);

    protected static void Require(bool isSo, FormattableString otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException(FormattableString.Invariant(otherwise));
        }
    }
}
