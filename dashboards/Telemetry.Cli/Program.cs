using System.Runtime.InteropServices;
using Telemetry.Cli;

using var stop = new CancellationTokenSource();

void Stop(PosixSignalContext signal)
{
    // The second signal finds the default action again and ends the process at once.
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await TelemetryCli.RunAsync(args, CliContext.OfProcess(), stop.Token);
