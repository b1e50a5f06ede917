using Telemetry.Shipper.Pipes;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;

namespace Telemetry.Shipper.Commands;

/// <summary>Tells pumps of pauses, and the batcher when a batch has waited long enough.</summary>
internal sealed class PipeTicker(IReadOnlyList<PipePump> pumps, LineBatcher batcher, Log diagnostics, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Tick();
            }
            catch (Exception e)
            {
                diagnostics.Fault("Cutting pipes into records", e);
            }

            await Task.Delay(Every, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Tick()
    {
        foreach (var pump in pumps)
        {
            pump.Tick();
        }

        batcher.FlushIfDue();
    }
}
