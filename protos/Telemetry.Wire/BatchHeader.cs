using System.Buffers;

namespace Telemetry.Wire;

/// <summary>How a payload is compressed. Values are those of <c>telemetry.v1.Compression</c>.</summary>
public enum Compression : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>RFC 7932.</summary>
    Brotli = 1,
}

/// <summary>
/// <c>telemetry.v1.BatchHeader</c>: all that a gateway needs to know without opening the payload.
/// </summary>
public sealed record BatchHeader(
    LifetimeId Lifetime,
    Lane Lane,
    Compression Compression,
    uint PayloadCrc32C,
    uint RawCrc32C,
    int RawSize,
    int RecordCount,
    IReadOnlyList<Run> Runs)
{
    /// <summary>The only format there is.</summary>
    public const uint Format = 1;

    /// <summary>An empty record takes two bytes: its tag and its length.</summary>
    private const int MinRecordBytes = 2;

    /// <summary>Appends the encoded header.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        Span<byte> lifetime = stackalloc byte[LifetimeId.Size];
        Lifetime.Write(lifetime);
        ProtoWriter.Varint(output, 1, Format);
        ProtoWriter.Bytes(output, 2, lifetime);
        ProtoWriter.Varint(output, 3, (ulong)Lane);
        ProtoWriter.Varint(output, 4, (ulong)Compression);
        ProtoWriter.Fixed32(output, 5, PayloadCrc32C);
        ProtoWriter.Fixed32(output, 6, RawCrc32C);
        ProtoWriter.Varint(output, 7, (ulong)RawSize);
        ProtoWriter.Varint(output, 8, (ulong)RecordCount);
        for (var i = 0; i < Runs.Count; i++)
        {
            WriteRun(output, Runs[i]);
        }
    }

    private static void WriteRun(IBufferWriter<byte> output, in Run run)
    {
        ProtoWriter.Length(output, 9, RunSize(run));
        ProtoWriter.Fixed64(output, 1, run.Stream.Value);
        ProtoWriter.Fixed64(output, 2, run.Epoch.Value);
        ProtoWriter.Varint(output, 3, run.FirstSeq);
        ProtoWriter.Varint(output, 4, run.Count);
        ProtoWriter.Varint(output, 5, (ulong)run.MintedUnixUs);
    }

    private static int RunSize(in Run run) =>
        (run.Stream.Value == 0 ? 0 : 9) + (run.Epoch.Value == 0 ? 0 : 9)
        + VarintField(run.FirstSeq) + VarintField(run.Count) + VarintField((ulong)run.MintedUnixUs);

    private static int VarintField(ulong value) => value == 0 ? 0 : 1 + ProtoWriter.VarintSize(value);

    /// <summary>
    /// Decodes and checks a header against itself: known format, lane and compression, bounded sizes, runs that add up.
    /// Does not throw; <paramref name="problem"/> is one sentence when it returns false.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> input, out BatchHeader header, out HeaderProblem problem)
    {
        header = null!;
        if (input.Length > WireLimits.MaxHeaderBytes)
        {
            problem = new(HeaderFault.Size, $"The header has {input.Length} bytes.");
            return false;
        }

        var fields = new HeaderFields();
        if (!fields.TryRead(input))
        {
            problem = new(HeaderFault.Decoding, "The header does not decode.");
            return false;
        }

        problem = fields.FindProblem();
        if (problem.Fault != HeaderFault.None)
        {
            return false;
        }

        header = fields.ToHeader();
        return true;
    }

    /// <summary>
    /// Compares the header with the payload as it came, which stays closed. Does not throw; <paramref name="problem"/> is one sentence
    /// when it returns false.
    /// </summary>
    public bool Matches(ReadOnlySpan<byte> payload, out HeaderProblem problem)
    {
        problem = default;
        if (Compression == Compression.None && (RawSize != payload.Length || RawCrc32C != PayloadCrc32C))
        {
            problem = new(HeaderFault.Decoding, "The header's size and checksums of an uncompressed payload differ.");
        }
        else if (RawSize < (long)RecordCount * MinRecordBytes || payload.IsEmpty)
        {
            problem = new(HeaderFault.Decoding, $"{RecordCount} records do not fit into {RawSize} bytes.");
        }
        else if (Crc32C.Compute(payload) != PayloadCrc32C)
        {
            problem = new(HeaderFault.Checksum, "The payload does not match its checksum.");
        }

        return problem.Fault == HeaderFault.None;
    }

    private ref struct HeaderFields()
    {
        private ulong _format, _lane, _compression, _rawSize, _recordCount, _counted;
        private uint _payloadCrc, _rawCrc;
        private LifetimeId? _lifetime;
        private readonly List<Run> _runs = [];

        public bool TryRead(ReadOnlySpan<byte> input)
        {
            var reader = new ProtoReader(input);
            while (reader.Next())
            {
                switch (reader.Field, reader.WireType)
                {
                    case (1, 0): _format = reader.Number; break;
                    case (2, 2):
                        if (reader.Bytes.Length != LifetimeId.Size)
                        {
                            return false;
                        }

                        _lifetime = LifetimeId.Read(reader.Bytes);
                        break;
                    case (3, 0): _lane = reader.Number; break;
                    case (4, 0): _compression = reader.Number; break;
                    case (5, 5): _payloadCrc = (uint)reader.Number; break;
                    case (6, 5): _rawCrc = (uint)reader.Number; break;
                    case (7, 0): _rawSize = reader.Number; break;
                    case (8, 0): _recordCount = reader.Number; break;
                    case (9, 2):
                        if (_runs.Count == WireLimits.MaxRuns || !TryReadRun(reader.Bytes, out var run))
                        {
                            return false;
                        }

                        _counted += run.Count;
                        _runs.Add(run);
                        break;
                    case ( <= 9, _):
                        return false;
                }
            }

            return !reader.Failed;
        }

        private static bool TryReadRun(ReadOnlySpan<byte> input, out Run run)
        {
            ulong stream = 0, epoch = 0, first = 0, count = 0, minted = 0;
            var reader = new ProtoReader(input);
            while (reader.Next())
            {
                switch (reader.Field, reader.WireType)
                {
                    case (1, 1): stream = reader.Number; break;
                    case (2, 1): epoch = reader.Number; break;
                    case (3, 0): first = reader.Number; break;
                    case (4, 0): count = reader.Number; break;
                    case (5, 0): minted = reader.Number; break;
                    case ( <= 5, _):
                        run = default;
                        return false;
                }
            }

            run = new Run(new StreamId(stream), new Epoch(epoch), first, (uint)count, (long)minted);
            return !reader.Failed && count is > 0 and <= WireLimits.MaxRecords && first <= ulong.MaxValue - count;
        }

        public readonly HeaderProblem FindProblem()
        {
            if (_format != Format)
            {
                return new(HeaderFault.Decoding, $"Batch format {_format} is unknown.");
            }

            if (_lane is not ((ulong)Lane.Critical or (ulong)Lane.Bulk))
            {
                return new(HeaderFault.Lane, $"Lane {_lane} is unknown.");
            }

            if (_compression > (ulong)Compression.Brotli)
            {
                return new(HeaderFault.Decoding, $"Compression {_compression} is unknown.");
            }

            if (_lifetime is null || _runs.Count == 0)
            {
                return new(HeaderFault.Decoding, "The header names no lifetime or no run.");
            }

            if (_rawSize > WireLimits.MaxRawBytes || _recordCount > WireLimits.MaxRecords)
            {
                return new(HeaderFault.Size, $"The header claims {_rawSize} bytes and {_recordCount} records.");
            }

            return _counted == _recordCount
                ? default
                : new(HeaderFault.Decoding, $"The runs count {_counted} records, the header {_recordCount}.");
        }

        public readonly BatchHeader ToHeader() => new(
            _lifetime!.Value, (Lane)_lane, (Compression)_compression, _payloadCrc, _rawCrc,
            (int)_rawSize, (int)_recordCount, _runs);
    }
}

/// <summary>What a header is refused for. Values are those of <c>telemetry.v1.RejectReason</c>.</summary>
public enum HeaderFault : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The payload is not the one it was made for.</summary>
    Checksum = 1,

    /// <summary>It is, or claims to be, too large.</summary>
    Size = 2,

    /// <summary>Its lane is unknown.</summary>
    Lane = 3,

    /// <summary>It does not decode or contradicts itself.</summary>
    Decoding = 5,
}

/// <summary>Why a header is refused; <paramref name="Detail"/> is one sentence.</summary>
public readonly record struct HeaderProblem(HeaderFault Fault, string Detail);
