using Telemetry.Shipper.Pipes;

namespace Telemetry.Shipper.Commands;

/// <summary>Tells pumps of pauses, and the batcher when a batch has waited long enough.</summary>
internal sealed class PipeTicker(IReadOnlyList<PipePump> pumps, PipeBatcher batcher, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Every, time, stop);
                foreach (var pump in pumps)
                {
                    pump.Tick();
                }

                batcher.FlushIfDue();
            }
        }
        catch (OperationCanceledException)
        {
            // The pipes have ended.
        }
    }
}
