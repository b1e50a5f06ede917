using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;

namespace Telemetry.Shipping.Spools;

/// <summary>Ships what processes left behind in a folder when they ended or were killed, one after another.</summary>
internal sealed class OrphanAdopter(string folder, Func<string, LanePair> openLanes, Log diagnostics, TimeProvider time)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan GiveTurnAfter = TimeSpan.FromMinutes(1);

    /// <summary>Runs until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var path in List())
                {
                    await ShipAsync(path, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (IOException e)
            {
                diagnostics.Repeating(LogLevel.Error, "adopt",
                    $"An ended process's spool cannot be shipped and is tried again: {e.Message}");
            }
            catch (Exception e)
            {
                diagnostics.Fault("Shipping what ended processes left", e);
            }

            await Task.Delay(LookEvery, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IReadOnlyList<string> List() => Directory.Exists(folder)
        ? [.. Directory.GetDirectories(folder).Where(DirectoryLock.IsOne)]
        : [];

    private async Task ShipAsync(string path, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var spool = ProcessSpool.TryAdopt(path, openLanes);
        if (spool is null)
        {
            return;
        }

        await using (spool)
        {
            var records = spool.Lanes.Critical.BufferedRecords + spool.Lanes.Bulk.BufferedRecords;
            if (records == 0)
            {
                return;
            }

            diagnostics.Info($"Shipping {records} records that an ended process left in {path}.");
            spool.Lanes.Start(flushBulk: false);
            await spool.Lanes.DrainAsync(GiveTurnAfter, stop);
        }
    }
}
