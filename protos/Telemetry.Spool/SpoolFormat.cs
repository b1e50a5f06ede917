using System.Buffers.Binary;
using Telemetry.Wire;

namespace Telemetry.Spool;

/// <summary>
/// The disk format of a log, version 1. All numbers are little-endian; all checksums are CRC-32C.
/// <para><b>Directory</b></para>
/// <code>
/// 0000002a.seg      a segment; the number only tells files apart, what it holds is in its header
/// 0000002b.new      a segment being zero-written; deleted at open
/// head              how far the log is durable and where it begins, for recovery and for readers in other processes
/// NAME.cursor       a reader's durable position
/// lock              locked by the writer while it lives
/// damaged/          what recovery set aside, never read again
/// </code>
/// <para><b>Segment</b>: a file of a fixed size, at least 4 KiB and at most 1 GiB. A frame at offset <c>o</c> has the position
/// <c>base + o</c>. The header is written when the file is taken into use and never again until it is recycled:</para>
/// <code>
///  0  8  magic "TELSPOOL"
///  8  2  version, 1
/// 10  2  flags: 1 = the file was recycled, so what follows the last frame is old
/// 12  4  size of the file
/// 16  8  base: position of the first byte of the header; a multiple of 8, greater than all positions used before
/// 24  8  previous end: position at which the frames before this segment end
/// 32  8  start: base of the first segment of the log when this one was taken into use
/// 40  8  microseconds since the Unix epoch when it was taken into use
/// 48  4  random number
/// 52  8  zero
/// 60  4  checksum of bytes 0 to 59
/// 64     frames
/// </code>
/// <para><b>Frame</b>, at a multiple of 8:</para>
/// <code>
///  0  4  n, length of the payload
///  4  4  behind: bytes from the durable end of the log to this frame when it was written; ffffffff = that or more
///  8  4  checksum of (checksum of the segment header, position as 8 bytes, n, behind)
/// 12  4  checksum of (the field before, checksum of the payload as 8 bytes)
/// 16  n  payload
///        zeros, 0 to 7
///     4  n again, its end at a multiple of 8: leads back from the end of the log to its last frame
/// </code>
/// As position and header are in every checksum, a frame left over in a recycled file never verifies.
/// <para><b>Slots</b>: <c>head</c> and cursors have a slot at 0 and one at 512, each in a sector of its own, written and flushed in
/// turn, so that a write that fails spoils only the one that does not hold: even sequences at 0, odd ones at 512. The valid
/// slot with the greater sequence holds. <c>head</c> has a third slot at 1024, written after each flush of the log and not
/// flushed itself; as both its numbers only grow, the greatest in any valid slot holds. After a power cut it may be old, never
/// ahead.</para>
/// <code>
///  0  4  magic "TSPH" (head) or "TSPC" (cursor)
///  4  4  version, 1
///  8  8  sequence
/// 16  8  head: durable end; cursor: position
/// 24  8  head: base of the first segment, or of the next when there is none (at least), durable here before a segment
///        that is trimmed is used again; cursor: 0
/// 32 28  zero
/// 60  4  checksum of bytes 0 to 59
/// </code>
/// <para><b>Recovery</b>. Files without a header of this version are set aside, except zeroed ones of the right size, which are
/// reused; segments with a base before the head's are free. The rest is ordered by base; a segment whose base lies between a later
/// segment's previous end and base was cut off and is free. What is <i>known durable</i> is the greatest of the head and of
/// position − behind over all frames that verify. Damage that begins before it is a gap: set aside, skipped, and what follows is kept.
/// The first damage at or after it ends the log: from there on all is set aside, and the next frame goes into a new segment.
/// Whether a segment in the middle has all its frames is told by the next one's previous end. New positions are greater than
/// the head's, than every cursor's and than every position in the directory.</para>
/// <para><b>Example</b>: the first segment of a log (size 4096, taken into use at 2026-01-02T03:04:05Z, random number 1), up to the
/// end of its first frame, "hello":</para>
/// <code>
/// 54454c53504f4f4c 0100 0000 00100000 0000000000000000 0000000000000000
/// 0000000000000000 40f34cf65e470600 01000000 0000000000000000 09801234
/// 05000000 40000000 4985d2b4 66e02a9d 68656c6c6f 00000000000000 05000000
/// </code>
/// </summary>
internal static class SpoolFormat
{
    public const ushort Version = 1;
    public const int SegmentHeaderBytes = 64;
    public const int MinSegmentBytes = 4096;
    public const int MaxSegmentBytes = 1 << 30;
    public const int FrameHeaderBytes = 16;
    public const int FrameTrailerBytes = 4;
    public const int Alignment = 8;
    public const int SlotBytes = 64;
    public const int SlotDistance = 512;
    public const int CursorBytes = 2 * SlotDistance;
    public const int HeadBytes = 3 * SlotDistance;
    public const uint HeadMagic = 0x48505354;
    public const uint CursorMagic = 0x43505354;
    public const string HeadFile = "head";
    public const string LockFile = "lock";
    public const string DamagedFolder = "damaged";
    public const string SegmentSuffix = ".seg";
    public const string UnfinishedSuffix = ".new";
    public const string CursorSuffix = ".cursor";

    public static ReadOnlySpan<byte> SegmentMagic => "TELSPOOL"u8;

    /// <summary>Bytes a frame takes on disk.</summary>
    public static long FrameBytes(long payloadBytes) => AlignUp(FrameHeaderBytes + payloadBytes + FrameTrailerBytes);

    public static long AlignUp(long value) => (value + Alignment - 1) & -Alignment;
}

/// <summary>The header of a segment; layout in <see cref="SpoolFormat"/>.</summary>
internal readonly record struct SegmentHeader(
    long Base, long PreviousEnd, long Start, long ActivatedUnixUs, int SegmentBytes, bool Recycled, uint Salt)
{
    /// <summary>Checksum of the header, in the checksum of each frame.</summary>
    public uint Crc { get; private init; }

    public long FirstFrame => Base + SpoolFormat.SegmentHeaderBytes;

    public long Limit => Base + SegmentBytes;

    /// <summary>Writes 64 bytes; the result has <see cref="Crc"/> set.</summary>
    public SegmentHeader Write(Span<byte> target)
    {
        target = target[..SpoolFormat.SegmentHeaderBytes];
        target.Clear();
        SpoolFormat.SegmentMagic.CopyTo(target);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], SpoolFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], (ushort)(Recycled ? 1 : 0));
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], SegmentBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], Base);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], PreviousEnd);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], Start);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], ActivatedUnixUs);
        BinaryPrimitives.WriteUInt32LittleEndian(target[48..], Salt);
        var crc = Crc32C.Compute(target[..60]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], crc);
        return this with { Crc = crc };
    }

    /// <summary>
    /// True for a segment of another version, whatever its header holds beyond that. There is no version 0: that is a header whose
    /// writing a crash has cut short behind the magic.
    /// </summary>
    public static bool IsOtherVersion(ReadOnlySpan<byte> source) => source.Length >= 10
        && source.StartsWith(SpoolFormat.SegmentMagic)
        && BinaryPrimitives.ReadUInt16LittleEndian(source[8..]) is not (0 or SpoolFormat.Version);

    /// <summary>Reads 64 bytes. False unless magic, version, checksum and every bound hold.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out SegmentHeader header)
    {
        header = default;
        if (source.Length < SpoolFormat.SegmentHeaderBytes
            || !source.StartsWith(SpoolFormat.SegmentMagic)
            || BinaryPrimitives.ReadUInt16LittleEndian(source[8..]) != SpoolFormat.Version
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Crc32C.Compute(source[..60]))
        {
            return false;
        }

        header = new SegmentHeader(
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            (BinaryPrimitives.ReadUInt16LittleEndian(source[10..]) & 1) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(source[48..]))
        {
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(source[60..]),
        };
        return header.Base >= 0
            && header.Base <= long.MaxValue / 2
            && header.Base % SpoolFormat.Alignment == 0
            && header.PreviousEnd >= 0
            && header.PreviousEnd <= header.Base
            && header.Start >= 0
            && header.Start <= header.Base
            && header.SegmentBytes is >= SpoolFormat.MinSegmentBytes and <= SpoolFormat.MaxSegmentBytes;
    }
}

/// <summary>The header of a frame; layout in <see cref="SpoolFormat"/>.</summary>
internal readonly record struct FrameHeader(int Length, uint Behind, uint HeadCrc, uint BodyCrc)
{
    public long FrameBytes => SpoolFormat.FrameBytes(Length);

    /// <summary>Seals a frame with its place.</summary>
    public static FrameHeader Seal(uint segmentCrc, long position, int length, long durable, uint payloadCrc)
    {
        var behind = (uint)Math.Min(position - durable, uint.MaxValue);
        var headCrc = HeadOf(segmentCrc, position, length, behind);
        return new FrameHeader(length, behind, headCrc, BodyOf(headCrc, payloadCrc));
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Behind);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], HeadCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], BodyCrc);
    }

    /// <summary>Reads 16 bytes. False unless they are a frame's of this segment at this position.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint segmentCrc, long position, out FrameHeader header)
    {
        header = new FrameHeader(
            BinaryPrimitives.ReadInt32LittleEndian(source),
            BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[12..]));
        return header.Length >= 0
            && header.HeadCrc == HeadOf(segmentCrc, position, header.Length, header.Behind);
    }

    /// <summary>Whether the payload is the one that was sealed.</summary>
    public bool Covers(ReadOnlySpan<byte> payload) => BodyCrc == BodyOf(HeadCrc, Crc32C.Compute(payload));

    /// <summary>Position up to which the log was durable when the frame was written, at least.</summary>
    public long DurableThen(long position) => Behind == uint.MaxValue ? 0 : Math.Max(0, position - Behind);

    private static uint HeadOf(uint segmentCrc, long position, int length, uint behind) =>
        Crc32C.Append(Crc32C.Append(segmentCrc, (ulong)position), (ulong)behind << 32 | (uint)length);

    private static uint BodyOf(uint headCrc, uint payloadCrc) => Crc32C.Append(headCrc, (ulong)payloadCrc);
}

/// <summary>A slot of <c>head</c> or of a cursor; layout in <see cref="SpoolFormat"/>.</summary>
internal readonly record struct Slot(long Sequence, long First, long Second)
{
    public void Write(Span<byte> target, uint magic)
    {
        target = target[..SpoolFormat.SlotBytes];
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, magic);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], SpoolFormat.Version);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], First);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], Second);
        BinaryPrimitives.WriteUInt32LittleEndian(target[60..], Crc32C.Compute(target[..60]));
    }

    public static bool TryRead(ReadOnlySpan<byte> source, uint magic, out Slot slot)
    {
        slot = default;
        if (source.Length < SpoolFormat.SlotBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != magic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[4..]) != SpoolFormat.Version
            || BinaryPrimitives.ReadUInt32LittleEndian(source[60..]) != Crc32C.Compute(source[..60]))
        {
            return false;
        }

        slot = new Slot(
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]));
        return InBounds(slot.Sequence) && InBounds(slot.First) && InBounds(slot.Second);
    }

    /// <summary>The slot that holds, of the bytes of a whole file.</summary>
    public static bool TryReadNewest(ReadOnlySpan<byte> file, uint magic, out Slot slot)
    {
        var first = TryRead(file, magic, out slot) && slot.Sequence % 2 == 0;
        if (file.Length >= SpoolFormat.SlotDistance
            && TryRead(file[SpoolFormat.SlotDistance..], magic, out var other)
            && other.Sequence % 2 == 1
            && (!first || other.Sequence > slot.Sequence))
        {
            slot = other;
            return true;
        }

        return first;
    }

    private static bool InBounds(long value) => value is >= 0 and <= long.MaxValue / 2;
}
