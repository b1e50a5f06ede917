using System.Buffers;
using System.Text;
using Google.Protobuf;
using Telemetry.Bus;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Epoch = Telemetry.Wire.Epoch;
using Lane = Telemetry.Wire.Lane;
using Run = Telemetry.Wire.Run;

namespace Telemetry.Cli.Tests.Surfaces;

/// <summary>One boot of one server, and the batches that its shipper has delivered.</summary>
internal sealed class SomeServer(string instance, string boot)
{
    /// <summary>2026-01-02T03:04:05Z, the present of <see cref="FakeTime"/>.</summary>
    public const long NowUnixUs = 1_767_323_045_000_000;

    public static readonly Epoch First = new(7);

    private static readonly StreamId Agent = StreamId.From((int)StreamKind.Agent, "", "agent");

    private readonly Dictionary<(StreamId, Epoch), ulong> _next = [];

    public LifetimeId Lifetime { get; } = LifetimeId.From(instance, boot);

    /// <summary>Batches in the order of delivery.</summary>
    public List<(Lane Lane, BusStamp Stamp, byte[] Body)> Batches { get; } = [];

    /// <summary>Number of records by lane.</summary>
    public Dictionary<Lane, int> Records { get; } = [];

    public static long Ago(double seconds) => NowUnixUs - (long)(seconds * 1_000_000);

    public static StreamId Stream(string file) => StreamId.From((int)StreamKind.File, "", file);

    /// <summary>Records of the agent, written so long ago and delivered at once.</summary>
    public SomeServer Says(double secondsAgo, params IMessage[] records)
    {
        var raw = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            RecordsWriter.Message(raw, Enum.Parse<RecordKind>(record.Descriptor.Name), record.ToByteArray());
        }

        return Deliver(Lane.Critical, RunOf(Agent, First, records.Length, secondsAgo), raw.WrittenSpan, secondsAgo);
    }

    /// <summary>Lines of a file, read so long ago.</summary>
    public SomeServer Logs(double secondsAgo, string file, params string[] lines) => Logs(secondsAgo, secondsAgo, file, First, lines);

    /// <summary>Lines of a file, read so long ago and delivered later.</summary>
    public SomeServer Logs(double secondsAgo, double deliveredSecondsAgo, string file, Epoch epoch, params string[] lines) =>
        Deliver(Lane.Bulk, RunOf(Stream(file), epoch, lines.Length, secondsAgo), Raw(lines), deliveredSecondsAgo);

    /// <summary>Other lines under numbers that were given to some already.</summary>
    public SomeServer Contradicts(double secondsAgo, string file, ulong firstSeq, params string[] lines) => Deliver(
        Lane.Bulk, new Run(Stream(file), First, firstSeq, (uint)lines.Length, Ago(secondsAgo)), Raw(lines), secondsAgo);

    /// <summary>Numbers that nobody has delivered.</summary>
    public SomeServer Skips(string file, ulong count)
    {
        _next[(Stream(file), First)] = Next(file) + count;
        return this;
    }

    /// <summary>The number after the last line of a file.</summary>
    public ulong Next(string file) => _next.GetValueOrDefault((Stream(file), First));

    /// <summary>A heartbeat that names these files as read to their ends.</summary>
    public Heartbeat Heartbeat(double secondsAgo, params string[] files) => new()
    {
        AtUnixUs = Ago(secondsAgo),
        Full = true,
        OldestUnackedMs = 1500,
        SpoolBytes = 4096,
        Vitals = new Vitals
        {
            MemoryTotalBytes = 8UL << 30, MemoryAvailableBytes = 3UL << 30, DiskTotalBytes = 100UL << 30, DiskFreeBytes = 9UL << 30,
            Load1 = 1.25, CpuPressure = 3.5, MemoryPressure = 0.1 + 0.2, DescriptorsUsed = 1200, DescriptorsMax = long.MaxValue,
            OomKills = 1, Processes = 321, UptimeSeconds = 1234.5,
        },
        Streams =
        {
            files.Select(file => new StreamProgress
            {
                StreamId = Stream(file).Value, Epoch = First.Value, NextSeq = Next(file), ReadOffset = 5000, SourceSize = 6000,
            }),
        },
    };

    public StreamOpened Opened(string file, Epoch? epoch = null, string workload = "", string reason = "first seen") => new()
    {
        StreamId = Stream(file).Value, Kind = StreamKind.File, Name = file, WorkloadId = workload, Lane = Protos.V1.Lane.Bulk,
        Epoch = (epoch ?? First).Value, Reason = reason,
    };

    /// <summary>A run of the shipper begins.</summary>
    public AgentStart Start(string host, Action<Identity>? more = null, string run = "r1")
    {
        var identity = new Identity { InstanceId = instance, BootId = boot, HostName = host };
        more?.Invoke(identity);
        return new AgentStart
        {
            Agent = new Agent { Name = "telemetry-shipper", Version = "0.1.0", RunId = run, Pid = 42 }, Identity = identity,
        };
    }

    private Run RunOf(StreamId stream, Epoch epoch, int count, double secondsAgo)
    {
        var first = _next.GetValueOrDefault((stream, epoch));
        _next[(stream, epoch)] = first + (ulong)count;
        return new Run(stream, epoch, first, (uint)count, Ago(secondsAgo));
    }

    private SomeServer Deliver(Lane lane, Run run, ReadOnlySpan<byte> raw, double secondsAgo)
    {
        var body = new ArrayBufferWriter<byte>();
        new BatchPacker().Pack(Lifetime, lane, [run], raw, body);
        Records[lane] = Records.GetValueOrDefault(lane) + (int)run.Count;
        Batches.Add((lane, new BusStamp(Lifetime, instance, "", "127.0.0.1:1", Ago(secondsAgo)), body.WrittenSpan.ToArray()));
        return this;
    }

    private static ReadOnlySpan<byte> Raw(string[] lines)
    {
        var raw = new ArrayBufferWriter<byte>();
        foreach (var line in lines)
        {
            RecordsWriter.Line(raw, Encoding.UTF8.GetBytes(line));
        }

        return raw.WrittenSpan;
    }
}
