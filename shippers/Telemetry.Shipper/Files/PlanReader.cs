using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;
using Telemetry.Wire;

namespace Telemetry.Shipper.Files;

/// <summary>
/// Makes a batch again from its plan by reading the files at the planned places. What comes out has the same runs and, by
/// checksum, the same content, or is refused.
/// </summary>
internal sealed class PlanReader : IPlanReader
{
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _raw = new(64 << 10);
    private readonly BatchPacker _packer = new();
    private byte[] _record = new byte[64 << 10];

    /// <summary>Streams whose source has changed; the tailer begins new epochs for them.</summary>
    public ConcurrentQueue<Run> Abandoned { get; } = new();

    public bool TryRead(Plan plan, BatchMessage output, out string problem)
    {
        lock (_gate)
        {
            _raw.ResetWrittenCount();
            foreach (var run in plan.Runs)
            {
                if (!TryReadRun(run, plan.MaxRecordBytes, out problem))
                {
                    return false;
                }
            }

            if (_raw.WrittenCount != plan.RawSize || Crc32C.Compute(_raw.WrittenSpan) != plan.RawCrc32C)
            {
                problem = $"{plan.Runs[0].Path} no longer holds what was read from it.";
                return false;
            }

            _packer.Pack(plan.Lifetime, Lane.Bulk, plan.Runs.Select(r => r.Run).ToArray(), _raw.WrittenSpan, output);
            problem = "";
            return true;
        }
    }

    public void Abandon(Plan plan)
    {
        foreach (var run in plan.Runs)
        {
            Abandoned.Enqueue(run.Run);
        }
    }

    private bool TryReadRun(PlannedRun run, int maxRecordBytes, out string problem)
    {
        using var handle = FileLocator.TryFind(run.Identity, run.Fingerprint, run.Path, out _);
        if (handle is null)
        {
            problem = $"{run.Path} is gone or was replaced.";
            return false;
        }

        problem = $"{run.Path} is shorter than what was read from it.";
        var lengths = run.Lengths.Span;
        var truncations = run.Truncations.Span;
        var untilTruncation = Varints.TryTake(ref truncations, out var first) ? (long)first : -1;
        var at = run.Start;
        for (var i = 0u; i < run.Run.Count; i++)
        {
            if (!Varints.TryTake(ref lengths, out var length))
            {
                return false;
            }

            ulong cut = 0;
            if (untilTruncation == 0)
            {
                Varints.TryTake(ref truncations, out cut);
                untilTruncation = Varints.TryTake(ref truncations, out var next) ? (long)next + 1 : -1;
            }

            untilTruncation = Math.Max(untilTruncation - 1, -1);
            var isOpen = run.Open && i == run.Run.Count - 1;
            if (!TryReadRecord(handle, at, (long)length, cut, isOpen, maxRecordBytes))
            {
                return false;
            }

            at += (long)length;
        }

        return true;
    }

    private bool TryReadRecord(SafeFileHandle handle, long at, long length, ulong cut, bool isOpen, int maxRecordBytes)
    {
        var wanted = (int)Math.Min(length, cut != 0 ? maxRecordBytes : maxRecordBytes + 2);
        if (_record.Length < wanted)
        {
            _record = new byte[wanted];
        }

        var record = _record.AsSpan(0, wanted);
        for (var read = 0; read < wanted;)
        {
            var n = RandomAccess.Read(handle, record[read..], at + read);
            if (n <= 0)
            {
                return false;
            }

            read += n;
        }

        RecordsWriter.Line(_raw, cut != 0 || isOpen ? record : WithoutLineEnd(record), cut);
        return true;
    }

    private static ReadOnlySpan<byte> WithoutLineEnd(ReadOnlySpan<byte> record) =>
        record.EndsWith("\r\n"u8) ? record[..^2] : record.EndsWith("\n"u8) ? record[..^1] : record;
}
