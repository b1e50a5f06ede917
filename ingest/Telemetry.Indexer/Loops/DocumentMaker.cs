using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Telemetry.Indexer.Enrichment;
using Telemetry.Indexer.Parsing;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>Fills the one document of a lane from a record. Not thread-safe.</summary>
internal sealed class DocumentMaker(
    LabelNames labels, PromotedFields promoted, IndexerMetrics metrics, ILogger log, string lane, TimeProvider time)
{
    private readonly LineParser _parser = new(labels, promoted);
    private readonly LogLimit _limit = new(time);

    /// <summary>The document filled last.</summary>
    public Document Document { get; } = new();

    /// <summary>Fills the document of a line.</summary>
    public void Line(
        in RecordId id, in Run run, ReadOnlySpan<byte> line, ulong truncatedBytes, StreamEnvelope envelope, long busUnixUs)
    {
        Document.Reset(id, run.MintedUnixUs);
        if (!TryParse(id, run, line, envelope))
        {
            metrics.Unparsed(1);
        }

        if (truncatedBytes > 0)
        {
            Document.Set(Fields.TelemetryTruncated, (long)Math.Min(truncatedBytes, long.MaxValue));
        }

        envelope.Enrich(Document, id.Seq, busUnixUs);
    }

    /// <summary>Fills the document of a crash or a lifecycle event.</summary>
    public void Record(in RecordId id, in Run run, IMessage record, StreamEnvelope envelope, long busUnixUs)
    {
        Document.Reset(id, run.MintedUnixUs);
        RecordDocument.Fill(Document, record, envelope.Profile);
        envelope.Enrich(Document, id.Seq, busUnixUs);
    }

    /// <summary>Fills the document of a record that this version does not know or that does not decode.</summary>
    public void Unknown(in RecordId id, in Run run, string what, StreamEnvelope envelope, long busUnixUs)
    {
        Document.Reset(id, run.MintedUnixUs);
        Document.Set(Fields.Message, what);
        Document.Set(Fields.TelemetryParsed, 0);
        envelope.Enrich(Document, id.Seq, busUnixUs);
    }

    private bool TryParse(in RecordId id, in Run run, ReadOnlySpan<byte> line, StreamEnvelope envelope)
    {
        try
        {
            return _parser.Parse(line, new LineContext(envelope.Zone, run.MintedUnixUs, envelope.HostNameKnown), Document);
        }
#pragma warning disable CA1031 // A bug in the parser costs the fields of a line, not the lane.
        catch (Exception e) when (e is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            metrics.Fault();
            if (_limit.Allows(out var suppressed))
            {
                log.ParserFault(e, lane, suppressed);
            }

            Document.Reset(id, run.MintedUnixUs);
            _parser.Keep(line, Document);
            return false;
        }
    }
}
