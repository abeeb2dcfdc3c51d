namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Stands in for SpinWait: another thread goes on, if one can.</summary>
internal struct SteppedSpinWait
{
    public void SpinOnce() => SteppedThread.Current?.Yield();

    public void SpinOnce(int sleep1Threshold) => SpinOnce();
}
