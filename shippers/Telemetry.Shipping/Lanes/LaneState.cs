using Telemetry.Shipping.Files;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;

namespace Telemetry.Shipping.Lanes;

/// <summary>What a replay of a lane's log comes to. Pure: the same frames give the same state.</summary>
internal sealed class LaneState
{
    private readonly Dictionary<StreamKey, StreamState> _streams = [];

    /// <summary>Instance that the log belongs to; empty when it has no checkpoint.</summary>
    public string InstanceId { get; private set; } = "";

    /// <summary>Boot in which the log was last written; empty when it has no checkpoint.</summary>
    public string BootId { get; private set; } = "";

    public IReadOnlyList<string> FormerBootIds { get; private set; } = [];

    public IReadOnlyCollection<StreamState> Streams => _streams.Values;

    /// <summary>True when a frame did not decode: numbers that follow it are unknown, and streams must begin anew.</summary>
    public bool Unverifiable { get; private set; }

    /// <summary>Frames are missing: the numbers are not to be continued.</summary>
    public void Distrust() => Unverifiable = true;

    public void Apply(ReadOnlyMemory<byte> frame)
    {
        if (!LaneFrame.TryRead(frame, out var kind, out var content) || !TryApply(kind, content))
        {
            Unverifiable = true;
        }
    }

    private bool TryApply(FrameKind kind, ReadOnlyMemory<byte> content)
    {
        switch (kind)
        {
            case FrameKind.Checkpoint:
                return Checkpoint.TryRead(content, out var checkpoint) && Apply(checkpoint);
            case FrameKind.Plan:
                return Plan.TryRead(content, out var plan) && Apply(plan);
            default:
                return BatchBody.TryRead(content, out var body, out _)
                    && BatchHeader.TryRead(body.Header.Span, out var header, out _) && Apply(header);
        }
    }

    private bool Apply(Checkpoint checkpoint)
    {
        if (checkpoint.Full)
        {
            _streams.Clear();
        }

        InstanceId = checkpoint.InstanceId;
        BootId = checkpoint.BootId;
        FormerBootIds = checkpoint.FormerBootIds;
        foreach (var stream in checkpoint.Streams)
        {
            _streams[new StreamKey(stream.Lifetime, stream.Id)] = stream;
        }

        return true;
    }

    private bool Apply(BatchHeader header)
    {
        foreach (var run in header.Runs)
        {
            Advance(header.Lifetime, run);
        }

        return true;
    }

    private bool Apply(Plan plan)
    {
        foreach (var planned in plan.Runs)
        {
            var end = planned.End;
            if (end < 0)
            {
                return false;
            }

            if (Advance(plan.Lifetime, planned.Run) is not { } stream)
            {
                continue;
            }

            var file = stream.Files.Find(f => f.Identity == planned.Identity);
            if (file is null)
            {
                file = new FileState { Identity = planned.Identity, Path = planned.Path };
                stream.Files.Add(file);
            }

            file.Path = planned.Path;
            file.Fingerprint = planned.Fingerprint;
            file.Offset = end;
            file.SeenSize = Math.Max(file.SeenSize, end);
            file.Open = planned.Open;
        }

        return true;
    }

    private StreamState? Advance(LifetimeId lifetime, in Run run)
    {
        if (!_streams.TryGetValue(new StreamKey(lifetime, run.Stream), out var stream) || stream.Epoch != run.Epoch)
        {
            return null;
        }

        stream.NextSeq = Math.Max(stream.NextSeq, run.NextSeq);
        return stream;
    }
}
