using System.Diagnostics;

namespace Telemetry.Benchmarks.ElasticPeers;

/// <summary>Runs a peer's process until the store has its documents, and judges by what the store has.</summary>
internal static class PeerRun
{
    public static async Task<PeerResult> RunAsync(
        Uri elasticsearch, string documentFile, int documents, string dataStream, PeerOptions options, string logFile, IEnumerable<string> command)
    {
        using var store = new StoredDocuments(elasticsearch, dataStream);
        string[] words = [.. options.Launcher, .. command];
        var clock = Stopwatch.StartNew();
        long stored;
        TimeSpan after;
        await using (RunningProcess.Start(logFile, words[0], words[1..]))
        {
            (stored, after) = await store.WaitAsync(documents, clock, options.Patience);
        }

        var (lost, duplicated) = await store.CompareAsync(PeerDocuments.Ids(documentFile).Take(documents));
        return new PeerResult(stored == 0 ? 0 : stored / after.TotalSeconds, lost, duplicated);
    }
}
