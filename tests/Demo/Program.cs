using System.Runtime.InteropServices;
using Telemetry.Demo;

if (!DemoArguments.TryParse(args, out var arguments))
{
    Console.Error.WriteLine(DemoArguments.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
if (arguments.ExitWithInput)
{
    _ = EndOfInput.CancelAsync(stop);
}

// On the main thread, so that what is thrown ends the process as an unhandled exception does anywhere.
new DemoService(arguments, TimeProvider.System, Random.Shared).Run(stop.Token);
return 0;
