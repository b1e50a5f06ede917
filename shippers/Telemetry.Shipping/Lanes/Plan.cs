using System.Buffers;
using System.Text;
using Telemetry.Shipping.Files;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>How a batch of file records is made again, byte for byte. Layout: <see cref="LaneFrame"/>.</summary>
internal sealed record Plan(LifetimeId Lifetime, uint RawCrc32C, int RawSize, int MaxRecordBytes,
    IReadOnlyList<PlannedRun> Runs)
{
    /// <summary>Records in the batch.</summary>
    public int Records
    {
        get
        {
            var records = 0;
            for (var i = 0; i < Runs.Count; i++)
            {
                records += (int)Runs[i].Run.Count;
            }

            return records;
        }
    }

    public void WriteFrame(IBufferWriter<byte> output)
    {
        output.Write([(byte)FrameKind.Plan, LaneFrame.Version]);
        Span<byte> lifetime = stackalloc byte[LifetimeId.Size];
        Lifetime.Write(lifetime);
        ProtoWriter.Bytes(output, 1, lifetime);
        ProtoWriter.Fixed32(output, 2, RawCrc32C);
        ProtoWriter.Varint(output, 3, (ulong)RawSize);
        ProtoWriter.Varint(output, 4, (ulong)MaxRecordBytes);
        var inner = new ArrayBufferWriter<byte>(512);
        for (var i = 0; i < Runs.Count; i++)
        {
            inner.ResetWrittenCount();
            WriteRun(inner, Runs[i]);
            ProtoWriter.Bytes(output, 5, inner.WrittenSpan);
        }
    }

    /// <summary>Decodes the content of a plan frame. Does not throw.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> content, out Plan plan)
    {
        plan = null!;
        LifetimeId lifetime = default;
        ulong crc = 0, size = 0, max = 0;
        var runs = new List<PlannedRun>();
        var reader = new ProtoReader(content.Span);
        while (reader.Next())
        {
            switch (reader.Field, reader.WireType)
            {
                case (1, 2) when reader.Bytes.Length == LifetimeId.Size: lifetime = LifetimeId.Read(reader.Bytes); break;
                case (2, 5): crc = reader.Number; break;
                case (3, 0): size = reader.Number; break;
                case (4, 0): max = reader.Number; break;
                case (5, 2):
                    if (!TryReadRun(reader.Bytes, out var run))
                    {
                        return false;
                    }

                    runs.Add(run);
                    break;
            }
        }

        plan = new Plan(lifetime, (uint)crc, (int)size, (int)max, runs);
        return !reader.Failed && size <= WireLimits.MaxRawBytes && runs.Count > 0;
    }

    private static void WriteRun(IBufferWriter<byte> output, PlannedRun run)
    {
        ProtoWriter.Fixed64(output, 1, run.Run.Stream.Value);
        ProtoWriter.Fixed64(output, 2, run.Run.Epoch.Value);
        ProtoWriter.Varint(output, 3, run.Run.FirstSeq);
        ProtoWriter.Varint(output, 4, run.Run.Count);
        ProtoWriter.Varint(output, 5, (ulong)run.Run.MintedUnixUs);
        ProtoWriter.Varint(output, 6, run.Identity.Device);
        ProtoWriter.Varint(output, 7, run.Identity.Inode);
        ProtoWriter.Varint(output, 8, (ulong)run.Identity.BornUnixNs);
        ProtoWriter.Varint(output, 9, (ulong)run.Fingerprint.Length);
        ProtoWriter.Fixed64(output, 10, run.Fingerprint.Hash);
        ProtoWriter.Bytes(output, 11, Encoding.UTF8.GetBytes(run.Path));
        ProtoWriter.Varint(output, 12, (ulong)run.Start);
        ProtoWriter.Bytes(output, 13, run.Lengths.Span);
        ProtoWriter.Bytes(output, 14, run.Truncations.Span);
        ProtoWriter.Varint(output, 15, run.Open ? 1u : 0u);
    }

    private static bool TryReadRun(ReadOnlySpan<byte> content, out PlannedRun run)
    {
        ulong stream = 0, epoch = 0, first = 0, count = 0, minted = 0, device = 0, inode = 0, born = 0, length = 0, hash = 0;
        ulong start = 0, open = 0;
        var path = "";
        byte[] lengths = [], truncations = [];
        var reader = new ProtoReader(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: stream = reader.Number; break;
                case 2: epoch = reader.Number; break;
                case 3: first = reader.Number; break;
                case 4: count = reader.Number; break;
                case 5: minted = reader.Number; break;
                case 6: device = reader.Number; break;
                case 7: inode = reader.Number; break;
                case 8: born = reader.Number; break;
                case 9: length = reader.Number; break;
                case 10: hash = reader.Number; break;
                case 11: path = Encoding.UTF8.GetString(reader.Bytes); break;
                case 12: start = reader.Number; break;
                case 13: lengths = reader.Bytes.ToArray(); break;
                case 14: truncations = reader.Bytes.ToArray(); break;
                case 15: open = reader.Number; break;
            }
        }

        run = new PlannedRun(new Run(new StreamId(stream), new Epoch(epoch), first, (uint)count, (long)minted),
            new FileIdentity(device, inode, (long)born), new Fingerprint((int)length, hash), path, (long)start, lengths,
            truncations, open != 0);
        return !reader.Failed && length <= Fingerprint.MaxLength && count is > 0 and <= WireLimits.MaxRecords;
    }
}
