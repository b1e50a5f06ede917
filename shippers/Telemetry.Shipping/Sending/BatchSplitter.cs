using Telemetry.Shipping.Lanes;
using Telemetry.Wire;

namespace Telemetry.Shipping.Sending;

/// <summary>Cuts a batch in two between records. The numbers of the records stay.</summary>
internal sealed class BatchSplitter
{
    private readonly BatchUnpacker _unpacker = new();
    private readonly BatchPacker _packer = new();

    /// <summary>False when the batch holds one record or does not decode.</summary>
    public bool TrySplit(ReadOnlyMemory<byte> body, BatchMessage first, BatchMessage second)
    {
        if (!BatchBody.TryRead(body, out var parts, out _)
            || !BatchHeader.TryRead(parts.Header.Span, out var header, out _) || header.RecordCount < 2
            || _unpacker.Unpack(header, parts.Payload.Span, out var raw) != UnpackResult.Ok)
        {
            return false;
        }

        var half = header.RecordCount / 2;
        var cut = Skip(raw.Span, half);
        if (cut < 0)
        {
            return false;
        }

        _packer.Pack(header.Lifetime, header.Lane, Take(header.Runs, 0, half), raw.Span[..cut], first);
        _packer.Pack(header.Lifetime, header.Lane, Take(header.Runs, half, header.RecordCount - half), raw.Span[cut..], second);
        return true;
    }

    private static int Skip(ReadOnlySpan<byte> raw, int records)
    {
        var reader = new ProtoReader(raw);
        for (var i = 0; i < records; i++)
        {
            if (!reader.Next())
            {
                return -1;
            }
        }

        return raw.Length - reader.Remaining;
    }

    private static List<Run> Take(IReadOnlyList<Run> runs, int skip, int count)
    {
        var taken = new List<Run>();
        foreach (var run in runs)
        {
            var skipped = Math.Min(skip, (int)run.Count);
            var kept = Math.Min(count, (int)run.Count - skipped);
            skip -= skipped;
            count -= kept;
            if (kept > 0)
            {
                taken.Add(run with { FirstSeq = run.FirstSeq + (uint)skipped, Count = (uint)kept });
            }
        }

        return taken;
    }
}
