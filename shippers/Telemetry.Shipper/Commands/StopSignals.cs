using System.Runtime.InteropServices;

namespace Telemetry.Shipper.Commands;

/// <summary>TERM, INT, HUP and QUIT as a request to stop; a second one asks to hurry.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignals()
    {
        Register(PosixSignal.SIGTERM, "TERM");
        Register(PosixSignal.SIGINT, "INT");
        Register(PosixSignal.SIGHUP, "HUP");
        Register(PosixSignal.SIGQUIT, "QUIT");
    }

    public CancellationToken Stop => _stop.Token;

    public CancellationToken Hurry => _hurry.Token;

    /// <summary>"signal TERM"; "" while none came.</summary>
    public string Reason { get; private set; } = "";

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
        _hurry.Dispose();
    }

    private void Register(PosixSignal signal, string name) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (_stop.IsCancellationRequested)
        {
            _hurry.Cancel();
            return;
        }

        Reason = "signal " + name;
        _stop.Cancel();
    }));
}
