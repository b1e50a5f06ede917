using Serilog.Sinks.Grpc.Diagnostics;
using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;

namespace Serilog.Sinks.Grpc.Sending;

/// <summary>The lanes of one application, with the stream of its events.</summary>
internal sealed class SinkLanes : IAsyncDisposable
{
    /// <summary>Who waits for an acknowledgement looks at least this often: another that waits may have been woken instead.</summary>
    private static readonly TimeSpan AckLook = TimeSpan.FromMilliseconds(5);

    /// <summary>Either may come later than the application.</summary>
    private static readonly Uri[] DefaultEndpoints = [new(GrpcSinkOptions.LocalShipper), new(GrpcSinkOptions.LocalGateway)];

    private readonly ProcessSpool _spool;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _adopting;
    private readonly long _inherited;
    private long _rejected;

    private SinkLanes(ProcessSpool spool, OrphanAdopter? orphans, ApplicationIdentity identity, DiagnosticLog log, TimeProvider time, Random random)
    {
        (_spool, Identity, Log) = (spool, identity, log);
        _adopting = orphans is null ? Task.CompletedTask : Task.Run(() => orphans.RunAsync(_stop.Token));
        _inherited = Bulk.BufferedRecords;
        Stream = StreamOpener.Open(Bulk, identity.Context, StreamKind.Application, identity.Workload.Id, identity.Workload.Name, time, random);
        Pair.NamedStreams = [Stream];
        Pair.Recorder.Recorded += CountRejected;
        Pair.Recorder.Start();
        Pair.Recorder.Write(RecordKind.WorkloadStart, new WorkloadStart { Workload = identity.Workload, Pid = Environment.ProcessId });
    }

    public ApplicationIdentity Identity { get; }

    public DiagnosticLog Log { get; }

    public StreamState Stream { get; }

    public LanePair Pair => _spool.Lanes;

    public LaneLog Bulk => _spool.Lanes.Bulk;

    /// <summary>True when events outlive the process.</summary>
    public bool IsDurable => !_spool.IsInMemory;

    public LaneCounts Counts
    {
        get
        {
            // A refusal is counted before it is settled: read in this order, none is missing.
            var settled = Math.Max(0, Bulk.SettledRecords - _inherited);
            var sender = Pair.BulkSender;
            return new LaneCounts(Bulk.TakenRecords - _inherited, settled, Interlocked.Read(ref _rejected), sender.Connections, sender.Failures);
        }
    }

    /// <summary>Opens the logs: in the directory of the options, or in memory, also where that cannot be used. Nothing is sent yet.</summary>
    public static SinkLanes Open(
        GrpcSinkOptions options, SenderOptions sender, ApplicationIdentity identity, DiagnosticLog log, TimeProvider time, Random random)
    {
        var batched = options as BatchedGrpcSinkOptions;
        var lanes = new LaneOptions
        {
            Gateway = new GatewayOptions
            {
                Addresses = options.Endpoint is null ? DefaultEndpoints : [new Uri(options.Endpoint)],
                First = options is { Endpoint: null, EffectiveEndpoint: GrpcSinkOptions.LocalGateway } ? DefaultEndpoints.Length - 1 : 0,
                Token = TokenOf(options),
                CaFile = options.CaFile,
                UsesProxy = true,
                Call = new GrpcCallOptions { Headers = SinkHeaders.Of(options.Headers) },
                ConnectTimeout = options.CallTimeout,
            },
            Sender = sender,
            SpoolBytes = batched?.BufferSizeLimit ?? 0,
        };
        LanePair OpenPair(string? path) =>
            LanePair.Open(path, lanes, NoPlans.Instance, identity.Context, identity.Workload.Id, log, time, random);
        if (batched?.BufferPath is not { } folder)
        {
            return new SinkLanes(ProcessSpool.OpenInMemory(OpenPair), null, identity, log, time, random);
        }

        var (spool, problem) = OpenSpool(folder, identity.Workload.Name, OpenPair);
        if (spool.IsInMemory)
        {
            log.Error($"bufferPath cannot be used, and events wait in memory, and go with the process, until it is started again: {problem}");
        }

        return new SinkLanes(spool, new OrphanAdopter(folder, OpenPair, log, time), identity, log, time, random);
    }

    /// <summary>An application is worth more than its buffer: it starts all the same.</summary>
    private static (ProcessSpool Spool, string Problem) OpenSpool(string folder, string name, Func<string?, LanePair> openPair)
    {
        try
        {
            return (ProcessSpool.Open(folder, name, openPair), "There is no room.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (ProcessSpool.OpenInMemory(openPair), e.Message);
        }
    }

    private static Func<string?>? TokenOf(GrpcSinkOptions options) => options switch
    {
        { TokenFile: { } file } => () => TokenFile.Read(file),
        { Token: { } token } => () => token,
        _ => null,
    };

    /// <summary>Waits until so many records of a lane are acknowledged or refused.</summary>
    public static async Task SettledAsync(LaneLog log, long records, CancellationToken stop)
    {
        while (log.SettledRecords < records && !stop.IsCancellationRequested)
        {
            await log.Acknowledgement.WaitAsync(AckLook, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>The same on a thread that has to wait; false after the time.</summary>
    public static bool WaitSettled(LaneLog log, long records, TimeSpan atMost, TimeProvider time, CancellationToken stop)
    {
        var begun = time.GetTimestamp();
        while (log.SettledRecords < records)
        {
            if (stop.IsCancellationRequested || time.GetElapsedTime(begun) >= atMost)
            {
                return false;
            }

            log.Acknowledgement.Wait(AckLook, CancellationToken.None);
        }

        return true;
    }

    /// <summary>Says that the application logs no more, and ships what is left, for so long at most. True when everything is acknowledged.</summary>
    public async Task<bool> EndAsync(TimeSpan atMost, CancellationToken cancel)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Pair.Recorder.Closed(Stream, "logger closed");
        var isDrained = await Pair.DrainAsync(atMost, cancel).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        return isDrained;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _adopting.ConfigureAwait(false);
        await _spool.DisposeAsync().ConfigureAwait(false);
    }

    private void CountRejected(Loss loss)
    {
        if (loss.Reason == LossReason.Rejected && loss.StreamId == Stream.Id.Value)
        {
            Interlocked.Add(ref _rejected, (long)loss.Count);
        }
    }
}
