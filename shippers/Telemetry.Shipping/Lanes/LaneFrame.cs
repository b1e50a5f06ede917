namespace Telemetry.Shipping.Lanes;

/// <summary>
/// The frames of a lane's log. The log (Telemetry.Spool) frames and checksums them; numbers are as in Protocol Buffers.
/// <code>
/// frame      = kind:1 version:1 content
/// version    = 1
/// Batch      = telemetry.v1.Batch without number, as sent: 12 len BatchHeader, 1a len payload
/// Plan       = 1 lifetime:16  2 raw_crc32c:fixed32  3 raw_size  4 max_record_bytes  5 run...
///   run      = 1 stream:fixed64  2 epoch:fixed64  3 first_seq  4 count  5 minted_unix_us
///              6 device  7 inode  8 born_unix_ns  9 fingerprint_length  10 fingerprint:fixed64  11 path
///              12 start offset  13 record lengths: one varint a record, line end included
///              14 truncations: pairs of varints (index since the last one, bytes cut)  15 last record has no line end
/// Checkpoint = 1 full  2 instance_id  3 boot_id  4 former boot_id...  5 stream...
///   stream   = 1 lifetime:16  2 stream:fixed64  3 kind  4 name  5 workload_id  6 lane  7 epoch:fixed64  8 epoch_unix_us
///              9 predecessor:fixed64  10 reason  11 next_seq  12 announced  13 closed  14 file...
///   file     = 1 device  2 inode  3 born_unix_ns  4 path  5 fingerprint_length  6 fingerprint:fixed64
///              7 offset  8 seen_size  9 open
/// </code>
/// Replaying the frames from the log's start gives the state of all sources: a full checkpoint replaces it, another one adds or
/// replaces streams, a plan or batch moves the numbers and offsets of its runs forward. The log is trimmed only up to the last
/// full checkpoint, so that its first one is always there. A frame of an unknown kind or version ends the replay as damage
/// does: streams begin new epochs. Example: a test reads a stored plan of two records, <c>02 01 0a 10 ...</c>.
/// </summary>
internal static class LaneFrame
{
    public const byte Version = 1;

    public const int HeadBytes = 2;

    /// <summary>Splits a frame. False when its kind or version is unknown.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> frame, out FrameKind kind, out ReadOnlyMemory<byte> content)
    {
        kind = default;
        content = default;
        if (frame.Length < HeadBytes || frame.Span[1] != Version || frame.Span[0] is < 1 or > 3)
        {
            return false;
        }

        kind = (FrameKind)frame.Span[0];
        content = frame[HeadBytes..];
        return true;
    }
}
