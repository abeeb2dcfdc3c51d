namespace Mprpc.Wire;

/// <summary>What <see cref="FrameScanner.Scan"/> found.</summary>
internal enum FrameStatus
{
    Complete,
    NeedMore,
    ReservedByte,
    TooDeep,
    TooLarge,
}
