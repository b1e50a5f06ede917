using System.Buffers;
using System.Text;
using Google.Protobuf;
using Telemetry.Bus;
using Telemetry.Indexer.Parsing;
using Telemetry.Indexer.Tests.Fakes;
using Telemetry.Protos.V1;
using Telemetry.Store;
using Telemetry.Wire;
using Epoch = Telemetry.Wire.Epoch;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Indexer.Tests;

/// <summary>Things that tests need.</summary>
internal static class Some
{
    /// <summary>2026-01-02T03:04:05Z.</summary>
    public const long Minted = 1_767_323_045_000_000;

    public static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "boot-1");
    public static readonly StreamId File = StreamId.From((int)StreamKind.File, "", "/var/log/app.log");
    public static readonly StreamId Agent = StreamId.From((int)StreamKind.Agent, "", "agent");
    public static readonly Epoch Epoch = new(7);

    public static BusStamp Stamp(LifetimeId? lifetime = null, long busUnixUs = Minted) =>
        new(lifetime ?? Lifetime, "i-1", "", "127.0.0.1:1", busUnixUs);

    public static Run Run(ulong first, int count, StreamId? stream = null, Epoch? epoch = null, long minted = Minted) =>
        new(stream ?? File, epoch ?? Epoch, first, (uint)count, minted);

    public static byte[] Lines(ulong first, params string[] lines) => Lines(Run(first, lines.Length), lines);

    public static byte[] Lines(Run run, params string[] lines)
    {
        var raw = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
        {
            RecordsWriter.Line(raw, Encoding.UTF8.GetBytes(line));
        }

        return Batch(Lane.Bulk, [run], raw.WrittenSpan);
    }

    public static byte[] Records(ulong first, params IMessage[] records) => Records(first, Minted, records);

    public static byte[] Records(ulong first, long minted, params IMessage[] records)
    {
        var raw = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            RecordsWriter.Message(raw, Enum.Parse<RecordKind>(record.Descriptor.Name), record.ToByteArray());
        }

        return Batch(Lane.Critical, [Run(first, records.Length, Agent, minted: minted)], raw.WrittenSpan);
    }

    public static byte[] Record(LifetimeId lifetime, ulong seq, long minted, IMessage record)
    {
        var raw = new ArrayBufferWriter<byte>();
        RecordsWriter.Message(raw, Enum.Parse<RecordKind>(record.Descriptor.Name), record.ToByteArray());
        return Batch(Lane.Critical, [Run(seq, 1, Agent, minted: minted)], raw.WrittenSpan, lifetime);
    }

    public static byte[] Batch(Lane lane, IReadOnlyList<Run> runs, ReadOnlySpan<byte> raw, LifetimeId? lifetime = null)
    {
        var body = new ArrayBufferWriter<byte>();
        new BatchPacker().Pack(lifetime ?? Lifetime, lane, runs, raw, body);
        return body.WrittenSpan.ToArray();
    }

    public static AgentStart AgentStart(string run = "r1", string zone = "Europe/Berlin") => new()
    {
        Agent = new Agent { Name = "telemetry-shipper", Version = "0.1.0", RunId = run, Pid = 42 },
        Identity = new Identity
        {
            InstanceId = "i-1", BootId = "boot-1", HostName = "web-1", TimeZone = zone, Kernel = "6.1", Role = "web",
            Workloads = { new Workload { Id = "w1", Name = "api", Version = "1.4.2" } },
        },
    };

    public static StreamOpened StreamOpened() => new()
    {
        StreamId = File.Value, Kind = StreamKind.File, Name = "/var/log/app.log", WorkloadId = "w1",
        Lane = Protos.V1.Lane.Bulk, Epoch = Epoch.Value, Reason = "first seen",
    };

    public static Crash Crash() => new()
    {
        CrashId = "c1", Kind = CrashKind.UnhandledException, AtUnixUs = Minted + 5, WorkloadId = "w1", Pid = 77,
        Executable = "/opt/api/api", CommandLine = { "/opt/api/api", "--port", "80" }, Signal = 6, SignalName = "SIGABRT",
        RunTimeMs = 3200, StderrTail = ByteString.CopyFromUtf8("Unhandled exception. System.InvalidOperationException: cart is empty"),
        Exception = new ManagedException
        {
            Type = "System.InvalidOperationException", Message = "cart is empty",
            Frames = { new ManagedFrame { Method = "Shop.Cart.Add(Item item)", File = "/src/Cart.cs", Line = 12 } },
            Inner = { new ManagedException { Type = "System.IO.IOException", Message = "disk" } },
        },
    };

    public static MemoryDocument Parsed(string line, string zone = "", long minted = Minted) =>
        Parsed(Encoding.UTF8.GetBytes(line), zone, minted);

    public static MemoryDocument Parsed(byte[] line, string zone = "", long minted = Minted, bool hostNameKnown = true, PromotedFields? promoted = null)
    {
        var document = new Document();
        document.Reset(new RecordId(Lifetime, File, Epoch, 0), minted);
        new LineParser(new LabelNames(), promoted).Parse(line, new LineContext(ZoneClock.Find(zone), minted, hostNameKnown), document);
        return MemoryDocument.From(document);
    }
}
