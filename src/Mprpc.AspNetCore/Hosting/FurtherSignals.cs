using System.Runtime.InteropServices;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>
/// Signals to stop that come while the process stops already: whoever sends them does not want to wait. The host itself does nothing about them.
/// </summary>
internal sealed class FurtherSignals : IDisposable
{
    // Within it, a signal is the first one once more: a process and its parent, which passes it on, may both have got it.
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(1);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Action<PosixSignal> _onSignal;
    private readonly PosixSignalRegistration[] _registrations;

    public FurtherSignals(Action<PosixSignal> onSignal)
    {
        _onSignal = onSignal;
        _registrations = OperatingSystem.IsBrowser() || OperatingSystem.IsAndroid() || OperatingSystem.IsIOS() || OperatingSystem.IsTvOS()
            ? []
            : [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    /// <summary>Leaves it to others what the signal does to the process.</summary>
    private void OnSignal(PosixSignalContext context)
    {
        if (TimeProvider.System.GetElapsedTime(_start) >= Together)
        {
            _onSignal(context.Signal);
        }
    }
}
