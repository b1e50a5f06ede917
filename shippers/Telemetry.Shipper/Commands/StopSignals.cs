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

    /// <summary>Takes the end of standard input for a first request to stop; it never hurries.</summary>
    public void WatchInput() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
        }

        if (!_stop.IsCancellationRequested)
        {
            Reason = "end of input";
            _stop.Cancel();
        }
    })
    {
        IsBackground = true,
        Name = "input",
    }.Start();

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
