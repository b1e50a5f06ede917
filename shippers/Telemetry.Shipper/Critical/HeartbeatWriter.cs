using Telemetry.Protos.V1;
using Telemetry.Shipper.Machine;
using Telemetry.Shipping;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Streams;

namespace Telemetry.Shipper.Critical;

/// <summary>
/// Signs of life with the progress of streams and the machine's vitals: what changed each time, everything once a minute. While
/// the lane cannot send, one takes the place of the other, and only the full one of each minute is kept.
/// </summary>
internal sealed class HeartbeatWriter(LanePair lanes, Func<IReadOnlyList<StreamState>> bulkStreams, VitalsReader vitals,
    TimeSpan every, Log diagnostics, TimeProvider time)
{
    private static readonly TimeSpan FullEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<ulong, StreamProgress> _told = [];
    private Vitals _toldVitals = new();
    private long _fullAt = -1;

    /// <summary>Runs until cancelled. Does not throw.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                Beat();
            }
            catch (Exception e)
            {
                diagnostics.Fault("The heartbeat", e);
            }

            await Task.Delay(every, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One sign of life, unless those before it still wait.</summary>
    public void Beat()
    {
        var isFull = _fullAt < 0 || time.GetElapsedTime(_fullAt) >= FullEvery;
        if (!isFull && !lanes.CriticalSender.IsCaughtUp)
        {
            return;
        }

        var now = time.GetUtcNow().ToUnixMicroseconds();
        var oldest = lanes.Bulk.OldestUnixUs;
        var heartbeat = new Heartbeat
        {
            AtUnixUs = now,
            Full = isFull,
            OldestUnackedMs = oldest == 0 ? 0 : (ulong)Math.Max(0, (now - oldest) / 1000),
            SpoolBytes = (ulong)lanes.Bulk.UnacknowledgedBytes,
            Vitals = VitalsSince(isFull),
        };
        AddStreams(heartbeat, isFull);
        lanes.Recorder.Write(Wire.RecordKind.Heartbeat, heartbeat);
        _fullAt = isFull ? time.GetTimestamp() : _fullAt;
    }

    private void AddStreams(Heartbeat heartbeat, bool isFull)
    {
        foreach (var stream in bulkStreams().Concat(lanes.Recorder.Streams))
        {
            var progress = stream.Progress;
            if (progress.Epoch == 0)
            {
                continue;
            }

            if (isFull || !_told.TryGetValue(progress.StreamId, out var told) || !told.Equals(progress))
            {
                heartbeat.Streams.Add(progress);
                _told[progress.StreamId] = progress;
            }
        }
    }

    /// <summary>Values that hardly ever change are left out when they did not.</summary>
    private Vitals VitalsSince(bool isFull)
    {
        var read = vitals.Read();
        var told = _toldVitals;
        _toldVitals = read.Clone();
        if (isFull)
        {
            return read;
        }

        if (told.HasMemoryTotalBytes && told.MemoryTotalBytes == read.MemoryTotalBytes)
        {
            read.ClearMemoryTotalBytes();
        }

        if (told.HasDiskTotalBytes && told.DiskTotalBytes == read.DiskTotalBytes)
        {
            read.ClearDiskTotalBytes();
        }

        if (told.HasDescriptorsMax && told.DescriptorsMax == read.DescriptorsMax)
        {
            read.ClearDescriptorsMax();
        }

        if (told.HasOomKills && told.OomKills == read.OomKills)
        {
            read.ClearOomKills();
        }

        return read;
    }
}
