using System.Collections.Concurrent;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Critical;

/// <summary>
/// Mints the records of the critical lane: everything the shipper says about itself, its streams, losses and crashes. What the
/// log and its reserve cannot take becomes a counted loss, written as soon as there is room. Any thread.
/// </summary>
internal sealed class CriticalRecorder : ILossRecorder
{
    private const int MaxBatchBytes = 256 << 10;
    private const string AgentStreamName = "agent";
    private const string CrashStreamName = "crashes";

    private readonly Lock _gate = new();
    private readonly LaneLog _log;
    private readonly LifetimeContext _context;
    private readonly string _workloadId;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly BatchBuilder _builder = new(MaxBatchBytes);
    private readonly Dictionary<StreamKey, StreamState> _streams = [];
    private readonly Dictionary<StreamKey, Loss> _refused = [];
    private readonly List<StreamState> _unannounced = [];

    public CriticalRecorder(LaneLog log, LifetimeContext context, string workloadId, Log diagnostics, TimeProvider time,
        Random random)
    {
        _log = log;
        _context = context;
        _workloadId = workloadId;
        _diagnostics = diagnostics;
        _time = time;
        _random = random;
        Restore();
    }

    /// <summary>Records and bytes lost so far, by reason.</summary>
    public ConcurrentDictionary<LossReason, LossCount> Losses { get; } = new();

    /// <summary>Told of each loss before it is written. On the thread that found it; does not throw.</summary>
    public event Action<Loss>? Recorded;

    /// <summary>Records minted by this run.</summary>
    public long Minted { get; private set; }

    /// <summary>Earlier boots named in the log's state.</summary>
    public IReadOnlyList<string> FormerBootIds { get; private set; } = [];

    /// <summary>Streams of this lane in this lifetime.</summary>
    public IReadOnlyList<StreamState> Streams
    {
        get
        {
            lock (_gate)
            {
                return _streams.Values.Where(s => s.Lifetime == _context.Lifetime).ToList();
            }
        }
    }

    /// <summary>The first record of a run.</summary>
    public void Start() => Write(RecordKind.AgentStart,
        new AgentStart { Agent = _context.Agent, Identity = _context.Identity });

    /// <summary>Writes a record of the shipper's own stream.</summary>
    public void Write(RecordKind kind, IMessage message) =>
        Write(StreamOf(_context.Lifetime, StreamKind.Agent, AgentStreamName), kind, message);

    /// <summary>Writes a crash, flushed to disk before it returns.</summary>
    public async ValueTask WriteCrashAsync(Crash crash)
    {
        Write(StreamOf(_context.Lifetime, StreamKind.Crash, CrashStreamName), RecordKind.Crash, crash);
        await _log.FlushAsync();
    }

    /// <summary>Says that numberings begin; one batch for all of them.</summary>
    public void Opened(IReadOnlyList<StreamState> streams)
    {
        lock (_gate)
        {
            foreach (var stream in streams)
            {
                AddOpened(stream);
            }

            Commit();
        }
    }

    /// <summary>Says that a numbering has ended.</summary>
    public void Closed(StreamState stream, string reason)
    {
        stream.Closed = true;
        Write(StreamOf(stream.Lifetime, StreamKind.Agent, AgentStreamName), RecordKind.StreamClosed, new StreamClosed
        {
            StreamId = stream.Id.Value,
            Epoch = stream.Epoch.Value,
            NextSeq = stream.NextSeq,
            Reason = reason,
        });
    }

    public void Record(LifetimeId lifetime, Loss loss)
    {
        Recorded?.Invoke(loss);
        Losses.AddOrUpdate(loss.Reason, _ => new LossCount((long)loss.Count, (long)loss.Bytes),
            (_, sum) => new LossCount(sum.Records + (long)loss.Count, sum.Bytes + (long)loss.Bytes));
        Write(StreamOf(lifetime, StreamKind.Agent, AgentStreamName), RecordKind.Loss, loss);
    }

    /// <summary>Makes everything written durable.</summary>
    public ValueTask<bool> FlushAsync() => _log.FlushAsync();

    private void Write(StreamState stream, RecordKind kind, IMessage message)
    {
        lock (_gate)
        {
            var bytes = message.ToByteArray();
            _builder.AddMessage(stream, Now(), kind, bytes);
            AnnounceOwn();
            Commit();
        }
    }

    private void AddOpened(StreamState stream)
    {
        var agent = StreamOf(stream.Lifetime, StreamKind.Agent, AgentStreamName);
        if (!_builder.Takes(stream.Lifetime) || _builder.IsFull)
        {
            Commit();
        }

        _builder.AddMessage(agent, Now(), RecordKind.StreamOpened, OpenedMessage(stream).ToByteArray());
        stream.Announced = true;
    }

    private void AnnounceOwn()
    {
        foreach (var stream in _unannounced.ToArray())
        {
            if (_builder.Takes(stream.Lifetime))
            {
                AddOpened(stream);
                _unannounced.Remove(stream);
            }
        }
    }

    private static StreamOpened OpenedMessage(StreamState stream) => new()
    {
        StreamId = stream.Id.Value,
        Kind = stream.Kind,
        Name = stream.Name,
        WorkloadId = stream.WorkloadId,
        Lane = (Telemetry.Protos.V1.Lane)stream.Lane,
        Epoch = stream.Epoch.Value,
        EpochUnixUs = stream.EpochUnixUs,
        PredecessorEpoch = stream.Predecessor.Value,
        Reason = stream.Reason,
    };

    private void Commit()
    {
        if (_builder.IsEmpty)
        {
            return;
        }

        WriteRefused();
        var message = _log.Pool.Rent();
        var header = _builder.Pack(Lane.Critical, message);
        Minted += header.RecordCount;
        if (!_log.TryAppendBatch(header, message, fromReserve: true))
        {
            Refuse(header);
        }

        _builder.Clear();
        _log.Pool.Return(message);
        foreach (var run in header.Runs)
        {
            _streams[new StreamKey(header.Lifetime, run.Stream)].Publish();
        }

        if (_log.WantsCheckpoint)
        {
            TryWriteCheckpoint();
        }
    }

    /// <summary>The records have their numbers; what is missing is said when there is room again.</summary>
    private void Refuse(Telemetry.Wire.BatchHeader header)
    {
        foreach (var run in header.Runs)
        {
            var key = new StreamKey(header.Lifetime, run.Stream);
            if (!_refused.TryGetValue(key, out var loss))
            {
                _refused[key] = loss = new Loss
                {
                    StreamId = run.Stream.Value,
                    Epoch = run.Epoch.Value,
                    FirstSeq = run.FirstSeq,
                    Reason = LossReason.SpoolFull,
                    Detail = "The critical lane's log could not take more.",
                };
            }

            loss.Count += run.Count;
        }

        Losses.AddOrUpdate(LossReason.SpoolFull, _ => new LossCount(header.RecordCount, 0),
            (_, sum) => sum with { Records = sum.Records + header.RecordCount });
        _diagnostics.Repeating(LogLevel.Error, "critical full",
            "The critical lane's log is full or cannot be written; its records are lost and will be declared so.");
    }

    private void WriteRefused()
    {
        foreach (var (key, loss) in _refused)
        {
            var message = _log.Pool.Rent();
            var builder = new BatchBuilder(1024);
            var stream = StreamOf(key.Lifetime, StreamKind.Agent, AgentStreamName);
            var mark = stream.NextSeq;
            builder.AddMessage(stream, Now(), RecordKind.Loss, loss.ToByteArray());
            var written = _log.TryAppendBatch(builder.Pack(Lane.Critical, message), message, fromReserve: true);
            _log.Pool.Return(message);
            if (!written)
            {
                stream.NextSeq = mark;
                return;
            }

            Minted++;
            _refused.Remove(key);
        }
    }

    private StreamState StreamOf(LifetimeId lifetime, StreamKind kind, string name)
    {
        lock (_gate)
        {
            var key = new StreamKey(lifetime, StreamId.From((int)kind, _workloadId, name));
            if (!_streams.TryGetValue(key, out var stream))
            {
                stream = StreamState.Create(lifetime, kind, _workloadId, name, Lane.Critical);
                stream.Begin(Epoch.Mint(_random), Now(), "first seen");
                _streams.Add(key, stream);
                _unannounced.Add(stream);
                TryWriteCheckpoint();
            }

            return stream;
        }
    }

    /// <summary>Numbers go on in the same boot; after a reboot, or when the log cannot be trusted, they begin anew.</summary>
    private void Restore()
    {
        var restored = _log.Restored;
        var continues = restored.InstanceId == _context.InstanceId && !restored.Unverifiable;
        var formerBoots = restored.FormerBootIds.Append(restored.BootId)
            .Where(b => b.Length > 0 && b != _context.BootId && restored.InstanceId == _context.InstanceId);
        FormerBootIds = formerBoots.Distinct().TakeLast(8).ToList();
        foreach (var stream in restored.Streams.Where(s => s.WorkloadId == _workloadId && IsKnown(s.Lifetime)))
        {
            if (!continues || restored.BootId != _context.BootId)
            {
                stream.Begin(Epoch.Mint(_random), Now(), restored.Unverifiable ? "state damaged" : "new boot");
                _unannounced.Add(stream);
            }

            _streams.Add(new StreamKey(stream.Lifetime, stream.Id), stream);
        }

        TryWriteCheckpoint();
    }

    private bool IsKnown(LifetimeId lifetime) => lifetime == _context.Lifetime
        || FormerBootIds.Any(b => LifetimeId.From(_context.InstanceId, b) == lifetime);

    private void TryWriteCheckpoint() =>
        _log.TryAppendCheckpoint(new Checkpoint(true, _context.InstanceId, _context.BootId, FormerBootIds, [.. _streams.Values]));

    private long Now() => _time.GetUtcNow().ToUnixMicroseconds();
}
