using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Indexer.Loops;

/// <summary>
/// Verifies an entry of the bus: header against itself, the stamp, the lane and the content. One per lane: it keeps the
/// buffer that the content is inflated into.
/// </summary>
internal sealed class EntryCheck(Lane lane)
{
    private readonly BatchUnpacker _unpacker = new();

    /// <summary>
    /// True when the entry is sound; <paramref name="raw"/> is then its content, valid until the next call. Else
    /// <paramref name="problem"/> is one sentence and <paramref name="header"/> is null when not even that decodes.
    /// </summary>
    public bool TryOpen(in BusEntry entry, out BatchHeader? header, out ReadOnlyMemory<byte> raw, out string problem)
    {
        (header, raw, problem) = (null, default, "");
        if (!BatchBody.TryRead(entry.Body, out var body, out _))
        {
            problem = "The batch does not decode.";
            return false;
        }

        if (!BatchHeader.TryRead(body.Header.Span, out var read, out var fault))
        {
            problem = fault.Detail;
            return false;
        }

        header = read;
        problem = Contradiction(read, entry.Stamp) ?? Open(read, body.Payload, out raw) ?? "";
        return problem.Length == 0;
    }

    private string? Contradiction(BatchHeader header, in BusStamp stamp) =>
        header.Lane != lane ? $"The header's lane is {header.Lane}."
        : header.Lifetime != stamp.Lifetime ? $"The header's lifetime {header.Lifetime} is not the stamp's."
        : null;

    private string? Open(BatchHeader header, ReadOnlyMemory<byte> payload, out ReadOnlyMemory<byte> raw)
    {
        switch (_unpacker.Unpack(header, payload.Span, out raw))
        {
            case UnpackResult.Checksum: return "The payload does not match its checksum.";
            case UnpackResult.Content: return "The payload does not inflate to the size in the header.";
            case UnpackResult.RawChecksum: return "The content does not match its checksum.";
        }

        var records = new RecordsReader(raw.Span);
        var count = 0;
        while (records.Next())
        {
            count++;
        }

        return records.Failed ? "The content is malformed."
            : count != header.RecordCount ? $"The content has {count} records, the header {header.RecordCount}."
            : null;
    }
}
