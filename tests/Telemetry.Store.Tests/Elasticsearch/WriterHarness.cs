using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Store.Tests.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>A pool with short pauses, what it told, and what it counted.</summary>
internal sealed class WriterHarness : IAsyncDisposable
{
    public static readonly ElasticWriterOptions Quick = new()
    {
        MinRequestBytes = 4096,
        MaxRequestBytes = 64 << 10,
        MaxHeldBytes = 1 << 20,
        FirstBackoff = TimeSpan.FromMilliseconds(1),
        MaxBackoff = TimeSpan.FromMilliseconds(50),
        RequestTimeout = TimeSpan.FromSeconds(10),
    };

    private readonly Meter _meter = new(ElasticBulkPool.MeterName + Guid.NewGuid());
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counts = new();

    public WriterHarness(string url, ElasticWriterOptions? options = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
        Assert.True(ElasticOptions.TryParse(url, out var parsed, out var problems), string.Join(' ', problems));
        Client = new ElasticClient(parsed);
        Pool = new ElasticBulkPool(Client, options ?? Quick, Lane.Bulk, _meter, Notices.Enqueue);
    }

    public ElasticClient Client { get; }

    public ElasticBulkPool Pool { get; }

    public ConcurrentQueue<ElasticNotice> Notices { get; } = new();

    public long Count(string name) => _counts.GetValueOrDefault("elasticsearch." + name);

    public IDocumentWriter Open(string mark = "", long inDoubtUntil = 0) => Pool.OpenWriter(new WriterOpening(0, mark, inDoubtUntil));

    /// <summary>Writes documents, one entry each, at the position of their sequence.</summary>
    public static void Write(IDocumentWriter writer, IEnumerable<int> sequence)
    {
        foreach (var seq in sequence)
        {
            Assert.True(writer.Begin(seq, Some.TimeUnixUs));
            writer.Write(Line(seq));
        }
    }

    public static Document Line(int seq) => Some.Document((ulong)seq, "line " + seq);

    public static string IdOf(int seq) => Line(seq).Id.ToString();

    public async ValueTask DisposeAsync()
    {
        await Pool.DisposeAsync();
        Client.Dispose();
        _listener.Dispose();
        _meter.Dispose();
    }
}
