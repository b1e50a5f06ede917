using System.Buffers;

namespace Telemetry.Wire.Tests;

internal static class Some
{
    public static readonly LifetimeId Lifetime = LifetimeId.From("i-0abc", "5a1b0c6e-0000-4000-8000-000000000001");

    public static Run Run(ulong first = 7, uint count = 3, ulong stream = 0x1122334455667788) =>
        new(new StreamId(stream), new Epoch(0xA1A2A3A4A5A6A7A8), first, count, 1_767_323_045_000_000);

    public static byte[] Lines(params string[] lines)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
        {
            RecordsWriter.Line(output, System.Text.Encoding.UTF8.GetBytes(line));
        }

        return output.WrittenSpan.ToArray();
    }

    public static (BatchHeader Header, byte[] Body) Batch(byte[] raw, params Run[] runs)
    {
        var output = new ArrayBufferWriter<byte>();
        var header = new BatchPacker().Pack(Lifetime, Lane.Bulk, runs, raw, output);
        return (header, output.WrittenSpan.ToArray());
    }
}
