using Microsoft.Extensions.Hosting;

namespace Telemetry.Cli.Hosting;

/// <summary>Keeps the web host away from signals: the process decides what Ctrl-C means.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
