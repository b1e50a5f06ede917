using System.Diagnostics;

namespace Telemetry.Benchmarks.Engines;

/// <summary>What one indexer did with a bus that was full at its start.</summary>
/// <param name="PerSecond">Documents/s, as <see cref="SteadyRate"/> has it.</param>
/// <param name="CpuMicroseconds">Processor time of the whole process per document.</param>
/// <param name="PeakRssBytes">Largest resident size.</param>
internal sealed record IndexerRun(double PerSecond, double CpuMicroseconds, long PeakRssBytes)
{
    /// <summary>Runs the real indexer until it has stored everything, and stops it.</summary>
    /// <param name="here">Installation with the bus.</param>
    /// <param name="store">The store.</param>
    /// <param name="pattern">Where the documents go.</param>
    /// <param name="documents">How many that are.</param>
    /// <param name="args">Arguments that name bus and store.</param>
    public static async Task<IndexerRun> MeasureAsync(
        Installation here, StoreApi store, string pattern, long documents, params string[] args)
    {
        await using var indexer = here.Start("indexer", Installation.Telemetry, ["indexer", .. args]);
        await Cores.PinAsync(indexer.Id, Cores.Load);
        var (rate, clock) = (new SteadyRate(documents), Stopwatch.StartNew());
        var (startedAt, cpu) = (0L, 0.0);
        while (await store.IndexedAsync(pattern) is var indexed && indexed < documents)
        {
            rate.Saw(indexed, clock.Elapsed);
            if (rate.Began && startedAt == 0)
            {
                (startedAt, cpu) = (indexed, indexer.CpuSeconds());
            }

            if (indexer.HasExited || clock.Elapsed > TimeSpan.FromMinutes(30))
            {
                throw new InvalidOperationException($"The indexer stored {indexed:#,0} of {documents:#,0} documents; see {here.Folder}.");
            }

            await Task.Delay(SteadyRate.LookEvery);
        }

        rate.Saw(documents, clock.Elapsed);
        var run = new IndexerRun(rate.PerSecond, (indexer.CpuSeconds() - cpu) * 1e6 / (documents - startedAt), indexer.PeakRssBytes());
        await indexer.StopAsync();
        return run;
    }
}
