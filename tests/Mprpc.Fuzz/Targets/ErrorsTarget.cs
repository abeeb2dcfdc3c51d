using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Fuzz.Targets;

/// <summary>The reader of errors: whatever stands in the places of error and result, the caller gets an exception with a message.</summary>
internal sealed class ErrorsTarget : FuzzTarget
{
    private const int MaxSize = 64 * 1024;
    private const int MaxDepth = 62;    // they stand in an array of a message of at most 64
    private const int ObjectsForEachByte = 256;     // a byte may be a boxed number in a map

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        if (new FrameScanner(MaxSize, MaxDepth).Scan(input, out int error) != FrameStatus.Complete
            || new FrameScanner(MaxSize, MaxDepth).Scan(input[error..], out int result) != FrameStatus.Complete)
        {
            return;
        }

        var reader = new MprpcReader(input[..(error + result)].ToArray(), position: 0, count: 2, MprpcSerializerOptions.Default, loop: null);
        MprpcRemoteException exception = RemoteErrorReader.Read("sum", ref reader);

        Require(!string.IsNullOrEmpty(exception.Message), $"The message is empty.");
        Require(exception.Code is not "", $"The code is empty.");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => base.MostAllocated(input) + ((long)ObjectsForEachByte * input.Length);
}
