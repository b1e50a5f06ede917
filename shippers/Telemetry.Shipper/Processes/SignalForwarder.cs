using System.Runtime.InteropServices;
using Telemetry.Shipping.Native;

namespace Telemetry.Shipper.Processes;

/// <summary>Hands on to a child what is sent to this process; what comes before the child is there waits for it.</summary>
internal sealed class SignalForwarder : IDisposable
{
    private const int StandardInput = 0;
    private const int Interrupt = 2;
    private const int Quit = 3;

    // HUP, INT, QUIT, USR1, USR2, ALRM, TERM, WINCH.
    private static readonly int[] _forwarded = [1, Interrupt, Quit, 10, 12, 14, 15, 28];

    private readonly Lock _gate = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Queue<int> _early = new();
    private readonly CancellationTokenSource _hurry = new();
    private int _pid;
    private bool _hasEnded;

    public SignalForwarder()
    {
        foreach (var signal in _forwarded)
        {
            _registrations.Add(PosixSignalRegistration.Create(ToPosix(signal), context =>
            {
                context.Cancel = true;
                Take(signal);
            }));
        }
    }

    /// <summary>Signals that came after the child had ended: somebody is in a hurry.</summary>
    public CancellationToken Hurry => _hurry.Token;

    public void Attach(int pid)
    {
        lock (_gate)
        {
            _pid = pid;
            while (_early.TryDequeue(out var signal))
            {
                LibC.Kill(pid, signal);
            }
        }
    }

    /// <summary>The child is gone, and its number may be given to another process.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            _hasEnded = true;
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _hurry.Dispose();
    }

    private void Take(int signal)
    {
        lock (_gate)
        {
            if (_hasEnded)
            {
                _hurry.Cancel();
            }
            else if (_pid == 0)
            {
                _early.Enqueue(signal);
            }
            else if (signal is not (Interrupt or Quit) || LibC.GetForegroundGroup(StandardInput) != LibC.GetProcessGroup())
            {
                // A terminal has sent its INT or QUIT to the child as well: they are in one foreground group.
                LibC.Kill(_pid, signal);
            }
        }
    }

    private static PosixSignal ToPosix(int signal) => signal switch
    {
        1 => PosixSignal.SIGHUP,
        Interrupt => PosixSignal.SIGINT,
        Quit => PosixSignal.SIGQUIT,
        15 => PosixSignal.SIGTERM,
        _ => (PosixSignal)signal,
    };
}
