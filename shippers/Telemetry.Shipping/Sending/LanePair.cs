using Telemetry.Protos;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;
using Telemetry.Spool;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Sending;

/// <summary>Both lanes of one data directory: logs, senders, and the recorder of the critical one.</summary>
internal sealed class LanePair : IAsyncDisposable
{
    public const string CriticalFolder = "critical";
    public const string BulkFolder = "bulk";

    private const long CriticalBytes = 32 << 20;
    private const long CriticalSegmentBytes = 2 << 20;
    private const long BulkSegmentBytes = 8 << 20;
    private const long MinSegmentBytes = 1 << 20;
    private const int MaxNamedStreams = 64;

    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<GrpcLaneTransport> _transports = [];
    private readonly List<Task> _loops = [];
    private readonly LaneOptions _options;
    private readonly IPlanReader _plans;
    private readonly LifetimeContext _context;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly Random _random;

    private LanePair(LaneLog critical, LaneLog bulk, LaneOptions options, IPlanReader plans, LifetimeContext context, string workloadId,
        Log diagnostics, TimeProvider time, Random random, string agentStream)
    {
        Critical = critical;
        Bulk = bulk;
        _options = options;
        _plans = plans;
        _context = context;
        _diagnostics = diagnostics;
        _time = time;
        _random = random;
        Recorder = new CriticalRecorder(critical, context, workloadId, diagnostics, time, random, agentStream);
        Levels = new LevelBoard(time);
        CriticalSender = NewSender(critical);
        BulkSender = NewSender(bulk);
    }

    public LaneLog Critical { get; }

    public LaneLog Bulk { get; }

    public CriticalRecorder Recorder { get; }

    public LaneSender CriticalSender { get; }

    public LaneSender BulkSender { get; }

    /// <summary>What the gateway says about levels.</summary>
    public LevelBoard Levels { get; }

    /// <summary>Earlier boots that records come from, beside those that the logs know of.</summary>
    public IReadOnlyList<string> FormerBootIds { get; set; } = [];

    /// <summary>Streams of workloads that are named in each Hello beside those of the logs.</summary>
    public IReadOnlyList<StreamState> NamedStreams { get; set; } = [];

    public bool IsDrained => Critical.IsDrained && Bulk.IsDrained;

    /// <summary>
    /// Opens the logs of a directory; null is none, and the logs are in memory. <paramref name="agentStream"/> names the stream of what is
    /// said about the workload's shipping; each who speaks has its own.
    /// </summary>
    /// <exception cref="SpoolUnavailableException">It cannot be used, or another process has it.</exception>
    public static LanePair Open(string? directory, LaneOptions options, IPlanReader plans, LifetimeContext context, string workloadId,
        Log diagnostics, TimeProvider time, Random random, string agentStream = "agent")
    {
        // Files can wait where they are; signs of life cannot.
        var criticalDirectory = HasRoomForCritical(directory, diagnostics) ? directory : null;
        var critical = LaneLog.Open(Lane.Critical, DirectoryOf(criticalDirectory, CriticalFolder), new SpoolOptions
        {
            SegmentBytes = SegmentBytes(criticalDirectory, CriticalSegmentBytes),
            MaxBytes = criticalDirectory is null ? options.MemoryBytes : CriticalBytes,
            ReserveBytes = (criticalDirectory is null ? options.MemoryBytes : CriticalBytes) / 2,
            SpareSegments = 1,
        }, time);
        try
        {
            var bulk = LaneLog.Open(Lane.Bulk, DirectoryOf(directory, BulkFolder), new SpoolOptions
            {
                SegmentBytes = SegmentBytes(directory, BulkSegmentBytes),
                MaxBytes = directory is null ? options.MemoryBytes : Math.Max(options.SpoolBytes, 3 * BulkSegmentBytes),
                ReserveBytes = directory is null ? MinSegmentBytes : BulkSegmentBytes,
                SpareSegments = 1,
            }, time);
            return new LanePair(critical, bulk, options, plans, context, workloadId, diagnostics, time, random, agentStream);
        }
        catch
        {
            critical.Dispose();
            throw;
        }
    }

    private static bool HasRoomForCritical(string? directory, Log diagnostics)
    {
        if (directory is null)
        {
            return false;
        }

        try
        {
            var existing = Path.Combine(directory, CriticalFolder);
            if ((Directory.Exists(existing) && Directory.EnumerateFiles(existing, "*.seg").Any())
                || new DriveInfo(Directory.CreateDirectory(directory).FullName).AvailableFreeSpace >= 2 * MinSegmentBytes)
            {
                return true;
            }
        }
        catch (IOException)
        {
            // Opening says what is wrong.
            return true;
        }

        diagnostics.Warn("The disk is full: signs of life and crashes are kept in memory until they are acknowledged.");
        return false;
    }

    private static ISpoolDirectory DirectoryOf(string? directory, string lane) =>
        directory is null ? new MemorySpoolDirectory() : new RealSpoolDirectory(Path.Combine(directory, lane));

    /// <summary>
    /// On a disk that is nearly full smaller ones: a log goes on only while its segments take turns, and a disk that has room for
    /// one would stop it for good.
    /// </summary>
    private static long SegmentBytes(string? directory, long wanted)
    {
        if (directory is null)
        {
            return MinSegmentBytes;
        }

        try
        {
            var fits = new DriveInfo(Directory.CreateDirectory(directory).FullName).AvailableFreeSpace / 4;
            return fits >= wanted ? wanted : MinSegmentBytes;
        }
        catch (IOException)
        {
            return wanted;
        }
    }

    /// <summary>Starts to send. <paramref name="flushBulk"/>: what is in the bulk log cannot be read again.</summary>
    public void Start(bool flushBulk)
    {
        DeclareDamage(Critical);
        DeclareDamage(Bulk);
        _loops.Add(Task.Run(() => CriticalSender.RunAsync(_stop.Token)));
        _loops.Add(Task.Run(() => BulkSender.RunAsync(_stop.Token)));
        _loops.Add(Task.Run(() => FlushAsync(flushBulk)));
    }

    /// <summary>Waits until everything is acknowledged; false after the time.</summary>
    public async Task<bool> DrainAsync(TimeSpan atMost, CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        while (!IsDrained)
        {
            if (_time.GetElapsedTime(begun) >= atMost || cancel.IsCancellationRequested)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), _time, CancellationToken.None);
        }

        return true;
    }

    /// <summary>Makes what is in the logs durable; false when the disk refused.</summary>
    public async Task<bool> FlushAsync() => await Critical.FlushAsync() & await Bulk.FlushAsync();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var transport in _transports)
        {
            await transport.DisposeAsync();
        }

        Critical.Dispose();
        Bulk.Dispose();
        _stop.Dispose();
    }

    private LaneSender NewSender(LaneLog log)
    {
        var transport = new GrpcLaneTransport(_options.Gateway, Hello, _time,
            _options.Gateway.First ?? _random.Next(_options.Gateway.Addresses.Count));
        _transports.Add(transport);
        return new LaneSender(log, transport, _plans, Recorder, Levels, _options.Sender, _diagnostics, _time, new Random(_random.Next()));
    }

    private Hello Hello(Lane lane)
    {
        var hello = new Hello
        {
            ProtocolVersion = HelloRules.ProtocolVersion,
            Lane = (Telemetry.Protos.V1.Lane)lane,
            Identity = _context.Identity,
            Agent = _context.Agent,
            ClockUnixUs = _time.GetUtcNow().ToUnixMicroseconds(),
        };
        var bulk = Bulk.Restored;
        var boots = Recorder.FormerBootIds.Concat(bulk.FormerBootIds).Concat(FormerBootIds);
        boots = bulk.InstanceId == _context.InstanceId ? boots.Append(bulk.BootId) : boots;
        foreach (var boot in boots.Where(b => b.Length > 0 && b != _context.BootId).Distinct())
        {
            hello.Former.Add(new FormerLifetime { BootId = boot });
        }

        hello.Streams.Add(Recorder.OwnStreams.Concat(Critical.Restored.Streams.Concat(bulk.Streams).Concat(NamedStreams)
            .Where(s => s.WorkloadId.Length > 0)
            .Select(s => new StreamName { Kind = s.Kind, WorkloadId = s.WorkloadId, Name = s.Name }))
            .Distinct().TakeLast(MaxNamedStreams));
        return hello;
    }

    private void DeclareDamage(LaneLog log)
    {
        foreach (var damage in log.Damages)
        {
            var what = damage.Kind == SpoolDamageKind.OtherVersion
                ? "are of another version of the shipper"
                : $"are damaged ({damage.Kind})";
            var detail = $"{damage.Bytes} bytes of the {log.Lane} lane's log {what}"
                + (damage.Evidence.Length > 0 ? $" and kept as {damage.Evidence}." : ".");
            _diagnostics.Error(detail);
            if (damage.To.CompareTo(log.Acknowledged) > 0)
            {
                Recorder.Record(_context.Lifetime, new Loss
                {
                    Bytes = (ulong)damage.Bytes,
                    Reason = LossReason.SpoolDamaged,
                    Detail = detail,
                });
            }
        }
    }

    /// <summary>A write survives a kill at once; that it survives a power cut is made so here, many writes at a time.</summary>
    private async Task FlushAsync(bool flushBulk)
    {
        try
        {
            while (true)
            {
                await Task.Delay(FlushEvery, _time, _stop.Token);
                await FlushOnceAsync(flushBulk);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposing flushes what is left.
        }
    }

    private async Task FlushOnceAsync(bool flushBulk)
    {
        try
        {
            var flushed = await Critical.FlushAsync();
            if (flushBulk)
            {
                flushed &= await Bulk.FlushAsync();
            }

            if (!flushed)
            {
                _diagnostics.Repeating(LogLevel.Warn, "flush",
                    $"The spool cannot be flushed to the disk ({Critical.LastError}); it is tried again.");
            }
        }
        catch (Exception e)
        {
            _diagnostics.Fault("Flushing the spool", e);
        }
    }
}
