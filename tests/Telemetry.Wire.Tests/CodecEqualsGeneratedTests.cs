using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Proto = Telemetry.Protos.V1;

namespace Telemetry.Wire.Tests;

/// <summary>The hand-written codec and the generated messages read and write the same bytes.</summary>
public class CodecEqualsGeneratedTests
{
    [Fact]
    public void LinesAreTheBytesOfTheGeneratedMessage() => Prop.ForAll<byte[][], uint>((lines, cut) =>
    {
        var generated = new Proto.Records();
        var written = new ArrayBufferWriter<byte>();
        foreach (var line in lines.Where(l => l is not null))
        {
            generated.Records_.Add(new Proto.Record { Line = ByteString.CopyFrom(line), TruncatedBytes = cut });
            RecordsWriter.Line(written, line, cut);
        }

        return generated.ToByteArray().AsSpan().SequenceEqual(written.WrittenSpan);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void MessagesAreTheBytesOfTheGeneratedMessage()
    {
        var heartbeat = new Proto.Heartbeat { AtUnixUs = 5, Full = true, Vitals = new() { Load1 = 0.5 } };
        var generated = new Proto.Records { Records_ = { new Proto.Record { Heartbeat = heartbeat } } };
        var written = new ArrayBufferWriter<byte>();
        RecordsWriter.Message(written, RecordKind.Heartbeat, heartbeat.ToByteArray());
        Assert.Equal(generated.ToByteArray(), written.WrittenSpan.ToArray());
    }

    [Fact]
    public void EveryKindOfRecordIsReadUnderItsFieldNumber()
    {
        var oneof = Proto.Record.Descriptor.Oneofs.Single(o => o.Name == "kind");
        var known = Enum.GetValues<RecordKind>().Where(k => k != RecordKind.Unknown).Select(k => (int)k);
        Assert.Equal(oneof.Fields.Select(f => f.FieldNumber).Order(), known.Order());
    }

    [Fact]
    public void EveryFaultOfAHeaderIsTheReasonOfThatName() => Assert.All(
        Enum.GetValues<HeaderFault>().Where(f => f != HeaderFault.None), f => Assert.Equal($"{f}", $"{(Proto.RejectReason)f}"));

    [Fact]
    public void HeaderIsTheBytesOfTheGeneratedMessage() => Prop.ForAll<ulong, uint, ulong>((seq, crc, stream) =>
    {
        var run = Some.Run(seq / 2, crc % 1000 + 1, stream);
        var header = new BatchHeader(
            Some.Lifetime, Lane.Critical, Compression.Brotli, crc, ~crc, 12345, (int)run.Count, [run]);
        var written = new ArrayBufferWriter<byte>();
        header.Write(written);
        return Generated(header).ToByteArray().AsSpan().SequenceEqual(written.WrittenSpan)
            && BatchHeader.TryRead(written.WrittenSpan, out var read, out _)
            && read.Runs.SequenceEqual(header.Runs) && read with { Runs = header.Runs } == header;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void BodyIsAGeneratedBatchWithoutItsNumber()
    {
        var (_, body) = Some.Batch(Some.Lines("a", "b", "c"), Some.Run());
        var batch = Proto.Batch.Parser.ParseFrom(body);
        Assert.Equal(0ul, batch.Number);
        Assert.Equal(body, batch.ToByteArray());
    }

    private static Proto.BatchHeader Generated(BatchHeader header) => new()
    {
        Format = 1,
        LifetimeId = ByteString.CopyFrom(header.Lifetime.ToByteArray()),
        Lane = (Proto.Lane)header.Lane,
        Compression = (Proto.Compression)header.Compression,
        PayloadCrc32C = header.PayloadCrc32C,
        RawCrc32C = header.RawCrc32C,
        RawSize = (uint)header.RawSize,
        RecordCount = (uint)header.RecordCount,
        Runs =
        {
            header.Runs.Select(r => new Proto.Run
            {
                StreamId = r.Stream.Value,
                Epoch = r.Epoch.Value,
                FirstSeq = r.FirstSeq,
                Count = r.Count,
                MintedUnixUs = r.MintedUnixUs,
            }),
        },
    };
}
