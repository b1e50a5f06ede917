using Telemetry.Bus;
using Telemetry.Wire;

namespace Telemetry.Indexer.Enrichment;

/// <summary>The envelopes of the streams of one lane; made again when the directory has learned more. Not thread-safe.</summary>
internal sealed class EnvelopeCache(LifetimeDirectory directory, Lane lane)
{
    private const int MaxEnvelopes = 10_000;

    private readonly Dictionary<StreamEpoch, StreamEnvelope> _envelopes = [];

    public StreamEnvelope Find(in BusStamp stamp, StreamId stream, Epoch epoch)
    {
        var profile = directory.Find(stamp.Lifetime);
        var key = new StreamEpoch(stamp.Lifetime, stream, epoch);
        if (_envelopes.TryGetValue(key, out var envelope) && ReferenceEquals(envelope.Profile, profile))
        {
            return envelope;
        }

        if (_envelopes.Count >= MaxEnvelopes)
        {
            _envelopes.Clear();
        }

        return _envelopes[key] = new StreamEnvelope(profile, stamp, lane, stream, epoch);
    }
}
