using System.Diagnostics;
using Telemetry.Benchmarks.Engines;

namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>Runs a peer's process until the store has its documents, and judges by what the store has.</summary>
internal static class PeerRun
{
    public static async Task<PeerResult> RunAsync(
        Uri elasticsearch, string documentFile, int documents, string dataStream, PeerOptions options, string logFile, IEnumerable<string> command)
    {
        using var store = new StoredDocuments(elasticsearch, dataStream);
        string[] words = [.. options.Launcher, .. command];
        var (rate, clock) = (new SteadyRate(documents), Stopwatch.StartNew());
        await using (RunningProcess.Start(logFile, words[0], words[1..]))
        {
            await store.WaitAsync(documents, rate, clock, options.Patience);
        }

        var (lost, duplicated) = await store.CompareAsync(PeerDocuments.Ids(documentFile).Take(documents));
        return new PeerResult(rate.PerSecond, lost, duplicated);
    }
}
