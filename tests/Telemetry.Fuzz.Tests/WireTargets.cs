using System.Buffers;
using Telemetry.Wire;

namespace Telemetry.Fuzz.Tests;

public class WireTargets
{
    [Fact]
    public void BatchBodies()
    {
        var output = new ArrayBufferWriter<byte>();
        var records = new ArrayBufferWriter<byte>();
        RecordsWriter.Line(records, "2026-01-02T03:04:05Z INFO served"u8);
        RecordsWriter.Line(records, "again"u8, 7);
        Run[] runs = [new(new StreamId(1), new Epoch(2), 3, 2, 4)];
        new BatchPacker().Pack(LifetimeId.From("i", "b"), Lane.Bulk, runs, records.WrittenSpan, output);
        var unpacker = new BatchUnpacker();
        Fuzzing.Run(input => Open(input, unpacker), output.WrittenSpan.ToArray());
    }

    [Fact]
    public void Records()
    {
        var records = new ArrayBufferWriter<byte>();
        RecordsWriter.Line(records, "hello"u8, 1);
        RecordsWriter.Message(records, RecordKind.Heartbeat, [8, 1]);
        Fuzzing.Run(Walk, records.WrittenSpan.ToArray());
    }

    private static void Open(ReadOnlySpan<byte> input, BatchUnpacker unpacker)
    {
        if (BatchBody.TryRead(input.ToArray(), out var body, out _)
            && BatchHeader.TryRead(body.Header.Span, out var header, out _)
            && unpacker.Unpack(header, body.Payload.Span, out var raw) == UnpackResult.Ok)
        {
            Walk(raw.Span);
        }
    }

    private static void Walk(ReadOnlySpan<byte> input)
    {
        var reader = new RecordsReader(input);
        while (reader.Next())
        {
        }
    }
}
