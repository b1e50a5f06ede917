using System.Diagnostics;

namespace Telemetry.Benchmarks.Engines;

/// <summary>The fastest that the store takes: requests made in advance, sent by a few senders that do nothing else.</summary>
internal static class RawLoader
{
    private static readonly int[] SizesMiB = [1, 2, 4, 8];
    private static readonly int[] SenderCounts = [1, 2, 4];

    /// <summary>Sends documents and returns documents/s, as <see cref="SteadyRate"/> has it.</summary>
    public static async Task<double> RateAsync(
        StoreApi store, EncodedDocuments documents, string stream, (int MiB, int Senders) shape, int count)
    {
        var chunks = documents.Chunks(stream, shape.MiB << 20, count).ToArray();
        var next = -1;
        var (rate, clock) = (new SteadyRate(count), Stopwatch.StartNew());
        var sent = Task.WhenAll(Enumerable.Range(0, shape.Senders).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < chunks.Length)
            {
                await store.BulkAsync(chunks[i].Body, chunks[i].Documents);
            }
        })));
        while (!sent.IsCompleted)
        {
            rate.Saw(await store.IndexedAsync(stream), clock.Elapsed);
            await Task.Delay(SteadyRate.LookEvery);
        }

        await sent;
        rate.Saw(count, clock.Elapsed);
        return rate.PerSecond;
    }

    /// <summary>Finds the request size and number of senders that the store takes most from.</summary>
    public static async Task<(int MiB, int Senders)> FindBestAsync(StoreApi store, EncodedDocuments documents, string streamPrefix, int sample)
    {
        var best = (Shape: (MiB: 4, Senders: 2), Rate: 0.0);
        var trial = 0;
        foreach (var shape in SizesMiB.SelectMany(size => SenderCounts.Select(senders => (size, senders))))
        {
            var rate = await RateAsync(store, documents, $"{streamPrefix}{trial++}", shape, Math.Min(sample, documents.Count));
            best = rate > best.Rate ? (shape, rate) : best;
        }

        return best.Shape;
    }
}
