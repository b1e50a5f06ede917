using Telemetry.Protos.V1;
using Telemetry.Shipping.Files;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Streams;

/// <summary>
/// The numbering of one stream. The thread that mints its records owns it; other threads read <see cref="Progress"/>.
/// </summary>
internal sealed class StreamState
{
    private readonly Lock _gate = new();
    private StreamProgress _progress = new();

    public required LifetimeId Lifetime { get; init; }

    public required StreamId Id { get; init; }

    public required StreamKind Kind { get; init; }

    public required string Name { get; init; }

    public required string WorkloadId { get; init; }

    public required Lane Lane { get; init; }

    public Epoch Epoch { get; private set; }

    public long EpochUnixUs { get; private set; }

    public Epoch Predecessor { get; private set; }

    /// <summary>Why this epoch began.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Number of the next record.</summary>
    public ulong NextSeq { get; set; }

    /// <summary>True when the critical lane has said that this epoch begins.</summary>
    public bool Announced { get; set; }

    /// <summary>True when the critical lane has said that this epoch has ended.</summary>
    public bool Closed { get; set; }

    /// <summary>The files read for this stream, oldest first; empty for other kinds.</summary>
    public List<FileState> Files { get; } = [];

    public static StreamState Create(LifetimeId lifetime, StreamKind kind, string workloadId, string name, Lane lane) => new()
    {
        Lifetime = lifetime,
        Id = StreamId.From((int)kind, workloadId, name),
        Kind = kind,
        Name = name,
        WorkloadId = workloadId,
        Lane = lane,
    };

    /// <summary>Begins a new numbering from 0.</summary>
    public void Begin(Epoch epoch, long unixUs, string reason) => Restore(epoch, unixUs, Epoch, reason, 0);

    public void Restore(Epoch epoch, long unixUs, Epoch predecessor, string reason, ulong nextSeq)
    {
        Predecessor = predecessor;
        Epoch = epoch;
        EpochUnixUs = unixUs;
        Reason = reason;
        NextSeq = nextSeq;
        Announced = false;
        Closed = false;
    }

    /// <summary>Makes the numbers so far visible to other threads.</summary>
    public void Publish()
    {
        var file = Files.Count == 0 ? null : Files[^1];
        lock (_gate)
        {
            _progress = new StreamProgress
            {
                StreamId = Id.Value,
                Epoch = Epoch.Value,
                NextSeq = NextSeq,
                ReadOffset = (ulong)(file?.Offset ?? 0),
                SourceSize = (ulong)Math.Max(file?.SeenSize ?? 0, file?.Offset ?? 0),
            };
        }
    }

    /// <summary>As last published; not changed afterwards. Any thread.</summary>
    public StreamProgress Progress
    {
        get
        {
            lock (_gate)
            {
                return _progress;
            }
        }
    }
}
