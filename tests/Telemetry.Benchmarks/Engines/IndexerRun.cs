using System.Diagnostics;

namespace Telemetry.Benchmarks.Engines;

/// <summary>What one indexer did with a bus that was full at its start.</summary>
/// <param name="PerSecond">Documents/s, from the first tenth to the last document.</param>
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
        var (clock, startedAt, cpu) = (new Stopwatch(), 0L, 0.0);
        while (await store.IndexedAsync(pattern) is var indexed && indexed < documents)
        {
            if (!clock.IsRunning && indexed >= documents / 10)
            {
                (startedAt, cpu) = (indexed, indexer.CpuSeconds());
                clock.Start();
            }

            if (indexer.HasExited || clock.Elapsed > TimeSpan.FromMinutes(30))
            {
                throw new InvalidOperationException($"The indexer stored {indexed:#,0} of {documents:#,0} documents; see {here.Folder}.");
            }

            await Task.Delay(250);
        }

        var (seconds, measured) = (clock.Elapsed.TotalSeconds, documents - startedAt);
        var run = new IndexerRun(measured / seconds, (indexer.CpuSeconds() - cpu) * 1e6 / measured, indexer.PeakRssBytes());
        await indexer.StopAsync();
        return run;
    }
}
