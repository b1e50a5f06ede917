using System.Buffers;
using System.Text;
using Telemetry.Bus;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Wire;

namespace Telemetry.Benchmarks.Engines;

/// <summary>What the indexer itself costs, from a batch on the bus to lines of a bulk request: checks, parsing, enrichment, encoding.</summary>
internal static class EncodingCost
{
    private const int Batches = 400;
    private const int LinesPerBatch = 1000;
    private const int Warm = 100;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync()
    {
        var bodies = Bodies();
        var cpu = new List<double>();
        var allocated = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            using var folder = new TemporaryDirectory();
            var writer = new EncodingWriter();
            await using var host = IndexerHost.Start(
                new IndexerOptions { DataDirectory = folder.Path, Lanes = [Lane.Bulk], IdentityWait = TimeSpan.Zero },
                new FullBus(bodies), (_, _) => writer);
            await writer.ReachedAsync(Warm * LinesPerBatch);
            var (cpu0, allocated0, documents0) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), writer.Documents);
            await writer.ReachedAsync(Batches * LinesPerBatch);
            var documents = writer.Documents - documents0;
            cpu.Add((Environment.CpuUsage.TotalTime - cpu0).TotalMicroseconds / documents);
            allocated.Add((double)(GC.GetTotalAllocatedBytes() - allocated0) / documents);
        }

        return
        [
            new("indexer_cpu_us_per_document", Samples.Median(cpu), "µs", 4, false, cpu.Count, "none", null),
            new("indexer_allocated_per_document", Samples.Median(allocated), "bytes", 64, false, allocated.Count, "none", null),
        ];
    }

    private static List<(BusStamp Stamp, byte[] Body)> Bodies()
    {
        var lines = new LogLines(3);
        var lifetime = LifetimeId.From("bench", "boot");
        var stream = StreamId.From(1, "", "/var/log/app.log");
        var packer = new BatchPacker();
        var now = (DateTimeOffset.UtcNow.UtcTicks - DateTime.UnixEpoch.Ticks) / 10;
        var bodies = new List<(BusStamp, byte[])>();
        for (var batch = 0; batch < Batches; batch++)
        {
            var raw = new ArrayBufferWriter<byte>();
            for (var i = 0; i < LinesPerBatch; i++)
            {
                RecordsWriter.Line(raw, Encoding.ASCII.GetBytes(lines.Next(DateTimeOffset.UtcNow).TrimEnd('\n')));
            }

            var body = new ArrayBufferWriter<byte>();
            packer.Pack(lifetime, Lane.Bulk, [new Run(stream, new Epoch(1), (ulong)(batch * LinesPerBatch), LinesPerBatch, now)], raw.WrittenSpan, body);
            bodies.Add((new BusStamp(lifetime, "bench", "", "127.0.0.1:1", now), body.WrittenSpan.ToArray()));
        }

        return bodies;
    }

    /// <summary>Encodes as the bulk writer does and forgets.</summary>
    private sealed class EncodingWriter : IDocumentWriter
    {
        private readonly BulkEncoder _encoder = new(new DataStreamNames("bench"));
        private readonly ByteBuffer _buffer = new(4 << 20);
        private long _documents;

        public long Documents => Volatile.Read(ref _documents);

        public long AppliedPosition => long.MaxValue;

        public string Mark => "";

        public long PendingBytes => _buffer.Length;

        public async Task ReachedAsync(long documents)
        {
            while (Documents < documents)
            {
                await Task.Delay(1);
            }
        }

        public bool Begin(long position, long busUnixUs) => true;

        public void Write(Document document)
        {
            _encoder.Append(_buffer, document, out _);
            if (_buffer.Length > 3 << 20)
            {
                _buffer.Truncate(0);
            }

            Volatile.Write(ref _documents, _documents + 1);
        }

        public ValueTask WaitForRoomAsync(CancellationToken cancel) => ValueTask.CompletedTask;

        public ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel) => new([]);

        public void Rest(long busUnixUs)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
