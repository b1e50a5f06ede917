using Telemetry.Protos.V1;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Tests.Support.Servers;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Indexer.Tests;

/// <summary>What servers cost that have nothing to say but that they live.</summary>
[Trait("Category", "heavy")]
public sealed class IdleServersTests : IDisposable
{
    private const int Servers = 5000;
    private const int Minutes = 3;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTime _time = new();
    private readonly MemoryBus _bus = new();
    private readonly Dictionary<Lane, MemoryStore> _stores = new() { [Lane.Critical] = new(), [Lane.Bulk] = new() };
    private readonly LifetimeId[] _lifetimes = [.. Enumerable.Range(0, Servers).Select(i => LifetimeId.From($"i-{i}", "boot"))];
    private readonly Dictionary<string, int> _writes = [];
    private long _entries;

    [Fact]
    public async Task FiveThousandIdleServersCostAHundredWritesASecondAtMost()
    {
        await using var store = await ScriptedElasticsearch.StartAsync();
        store.ItemRule = (id, _) =>
        {
            lock (_writes)
            {
                _writes[id] = _writes.GetValueOrDefault(id) + 1;
            }

            return null;
        };
        Assert.True(ElasticOptions.TryParse(store.Url, out var options, out _));
        using var client = new ElasticClient(options);
        await using var host = IndexerHost.Start(
            new IndexerOptions { DataDirectory = _directory.Path, IdleCommitAfter = TimeSpan.Zero, IdentityWait = TimeSpan.Zero },
            _bus, (partition, _) => _stores[partition.Lane].Open(), new ElasticLifetimeWriter(client), time: _time);

        await SendAsync(0, i => new AgentStart { Agent = new Agent { RunId = "r" }, Identity = new Identity { InstanceId = $"i-{i}", BootId = "boot" } });
        await WrittenAsync("each is written when it comes");
        var documents = _stores[Lane.Critical].Documents.Count;
        lock (_writes)
        {
            _writes.Clear();
        }

        var began = _time.GetUtcNow();
        for (var beat = 1; _time.GetUtcNow() - began < TimeSpan.FromMinutes(Minutes); beat++)
        {
            await SendAsync((ulong)beat, _ => new Heartbeat { AtUnixUs = Now() });
            for (var second = 0; second < Beat.TotalSeconds; second++)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
            }
        }

        await WrittenAsync("each is written again");
        var seconds = (_time.GetUtcNow() - began).TotalSeconds;
        lock (_writes)
        {
            Assert.InRange(_writes.Values.Sum(), Servers, (int)(100 * seconds));
            Assert.All(_writes.Values, count => Assert.InRange(count, 1, Minutes));
        }

        Assert.Equal(documents, _stores[Lane.Critical].Documents.Count);
        Assert.Empty(host.Problems);
    }

    public void Dispose() => _directory.Dispose();

    private long Now() => (_time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) / 10;

    private async Task SendAsync(ulong seq, Func<int, Google.Protobuf.IMessage> record)
    {
        for (var i = 0; i < Servers; i++)
        {
            _bus.Append(Lane.Critical, Some.Stamp(_lifetimes[i], Now()), Some.Record(_lifetimes[i], seq, Now(), record(i)));
        }

        _entries += Servers;
        await Eventually.Holds(() => _bus.Trimmed.GetValueOrDefault(Lane.Critical) == _entries * 10, "all is indexed", TimeSpan.FromSeconds(60));
    }

    private Task WrittenAsync(string what) => Eventually.Holds(
        () =>
        {
            lock (_writes)
            {
                if (_writes.Count == Servers)
                {
                    return true;
                }
            }

            // The turn of the clock may have come before there was something to write.
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return false;
        },
        what, TimeSpan.FromSeconds(60));
}
