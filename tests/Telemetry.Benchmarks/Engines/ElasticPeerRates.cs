using System.Globalization;
using Telemetry.Benchmarks.ElasticPeers;

namespace Telemetry.Benchmarks.Engines;

/// <summary>The peers into the same server as our indexer, with the documents that ours made: round by round, so that all meet the same server.</summary>
internal sealed class ElasticPeerRates
{
    private readonly EngineBench _bench;
    private readonly string _file;
    private readonly int _documents;
    private readonly List<Peer> _peers = [];

    private ElasticPeerRates(EngineBench bench, string file, int documents) => (_bench, _file, _documents) = (bench, file, documents);

    private delegate Task<PeerResult> RunPeer(Uri elasticsearch, string documentFile, int documents, string dataStream, PeerOptions? options);

    /// <summary>Writes the documents that peers load, and says which peers are not here.</summary>
    public static async Task<ElasticPeerRates> PrepareAsync(EngineBench bench, EncodedDocuments documents)
    {
        var file = Path.Combine(bench.Bus.Folder, "documents");
        await documents.WriteAsync(file);
        var rates = new ElasticPeerRates(bench, file, documents.Count);
        rates.Add("rsyslog", RsyslogPeer.IsPresent(out var noRsyslog), noRsyslog, RsyslogPeer.RunAsync);
        rates.Add("bulk-helper", BulkHelperPeer.IsPresent(out var noHelper), noHelper, BulkHelperPeer.RunAsync);
        return rates;
    }

    /// <summary>A load by each peer, as one of a round.</summary>
    public IEnumerable<Func<int, Task>> Loads => _peers.Select(peer => (Func<int, Task>)(round => LoadAsync(peer, round)));

    /// <summary>Our rates ÷ those of the better peer, and what the peers lost and stored twice; nothing where no peer is.</summary>
    public IReadOnlyList<Figure> Figures(IReadOnlyList<double> ours)
    {
        var best = _peers.MaxBy(peer => peer.Median);
        return best is null
            ? []
            :
            [
                new("indexer_vs_best_peer", Samples.Median(ours.Zip(best.Results, (o, r) => o / r.DocumentsPerSecond)), Figure.RatioUnit, 1, true,
                    ours.Count, $"{best.Name}, documents/s (lost {best.Lost:#,0}, twice {best.Duplicated:#,0})", best.Median),
            ];
    }

    private async Task LoadAsync(Peer peer, int round)
    {
        var options = new PeerOptions { Launcher = ["taskset", "-c", Cores.Load.ToString(CultureInfo.InvariantCulture)] };
        var result = await peer.Run(new Uri(_bench.Store.Address), _file, _documents, EngineBench.StreamOf($"bench-{peer.Name}{round}"), options);
        peer.Results.Add(result);
        Console.WriteLine($"  {peer.Name}: {result.DocumentsPerSecond:#,0}/s, {result.Lost:#,0} lost, {result.Duplicated:#,0} twice");
    }

    private void Add(string name, bool isPresent, string reason, RunPeer run)
    {
        if (isPresent)
        {
            _peers.Add(new Peer(name, run));
        }
        else
        {
            Console.WriteLine($"  without {name}: {reason}");
        }
    }

    private sealed record Peer(string Name, RunPeer Run)
    {
        public List<PeerResult> Results { get; } = [];

        public double Median => Samples.Median(Results.Select(result => result.DocumentsPerSecond));

        public long Lost => Results.Sum(result => result.Lost);

        public long Duplicated => Results.Sum(result => result.Duplicated);
    }
}
