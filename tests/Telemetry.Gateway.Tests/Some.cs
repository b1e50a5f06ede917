using System.Buffers;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using BatchHeader = Telemetry.Wire.BatchHeader;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Gateway.Tests;

/// <summary>What tests send.</summary>
internal static class Some
{
    public const string Instance = "i-0a1b";
    public const string Boot = "boot-2";
    public const string FormerBoot = "boot-1";

    public static readonly LifetimeId Lifetime = LifetimeId.From(Instance, Boot);

    public static Hello Hello(Lane lane = Lane.Bulk) => new()
    {
        ProtocolVersion = 1,
        Lane = (Protos.V1.Lane)lane,
        Identity = new Identity { InstanceId = Instance, BootId = Boot },
        Agent = new Agent { Name = "telemetry-shipper", Version = "0.1.0" },
    };

    public static byte[] Message(Hello hello) => new ShipRequest { Hello = hello }.ToByteArray();

    /// <summary>A body of some lines, as a shipper packs it.</summary>
    public static byte[] Body(LifetimeId? lifetime = null, Lane lane = Lane.Bulk, int lines = 3, int lineBytes = 20)
    {
        var records = new ArrayBufferWriter<byte>();
        for (var i = 0; i < lines; i++)
        {
            RecordsWriter.Line(records, System.Text.Encoding.ASCII.GetBytes($"{i}".PadRight(lineBytes, 'x')));
        }

        var output = new ArrayBufferWriter<byte>();
        Run[] runs = [new(StreamId.From(2, "", "/var/log/x"), new Epoch(7), 0, (uint)lines, 1)];
        new BatchPacker().Pack(lifetime ?? Lifetime, lane, runs, records.WrittenSpan, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A body whose payload does not compress, of exactly one record.</summary>
    public static byte[] IncompressibleBody(int bytes)
    {
        var line = new byte[bytes];
        new Random(1).NextBytes(line);
        var records = new ArrayBufferWriter<byte>();
        RecordsWriter.Line(records, line);
        var output = new ArrayBufferWriter<byte>();
        Run[] runs = [new(StreamId.From(2, "", "/var/log/x"), new Epoch(7), 0, 1, 1)];
        new BatchPacker().Pack(Lifetime, Lane.Bulk, runs, records.WrittenSpan, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The same body with another header.</summary>
    public static byte[] Body(byte[] body, Func<BatchHeader, BatchHeader> change)
    {
        Assert.True(BatchBody.TryRead(body, out var parts, out _));
        Assert.True(BatchHeader.TryRead(parts.Header.Span, out var header, out _));
        var changed = new ArrayBufferWriter<byte>();
        change(header).Write(changed);
        var output = new ArrayBufferWriter<byte>();
        new BatchBody(changed.WrittenMemory, parts.Payload).Write(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A <c>ShipRequest</c> with a batch.</summary>
    public static byte[] Message(ulong number, ReadOnlySpan<byte> body)
    {
        var batch = new ArrayBufferWriter<byte>();
        ProtoWriter.Varint(batch, 1, number);
        batch.Write(body);
        var output = new ArrayBufferWriter<byte>();
        ProtoWriter.Bytes(output, 2, batch.WrittenSpan);
        return output.WrittenSpan.ToArray();
    }
}
