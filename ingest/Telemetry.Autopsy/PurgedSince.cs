using Telemetry.Wire;

namespace Telemetry.Autopsy;

/// <summary>Corrects what is known of a lifetime by what was purged of it and is not in its account yet. Pure.</summary>
public static class PurgedSince
{
    /// <summary>The same evidence with the purges. One that is in it already changes nothing.</summary>
    /// <param name="evidence">As it was written.</param>
    /// <param name="notes">What was purged of this lifetime.</param>
    public static LifetimeEvidence Correct(LifetimeEvidence evidence, IEnumerable<PurgeNote> notes)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(notes);
        var streams = evidence.Streams.ToList();
        var losses = evidence.Losses.ToList();
        HashSet<string> crashes = new(StringComparer.Ordinal);
        foreach (var note in notes)
        {
            crashes.UnionWith(note.Crashes);
            var news = note.NewTo(Withheld(streams, note.Stream));
            if (news.Count > 0)
            {
                streams.Add(KeyValuePair.Create(note.Stream, new StreamFacts { Refused = news }));
                losses.Add(note.Loss(news));
            }
        }

        return evidence with
        {
            Streams = streams, Losses = losses, Crashes = [.. evidence.Crashes.Where(crash => !crashes.Contains(crash.DocumentId))],
        };
    }

    private static IntervalSet Withheld(List<KeyValuePair<StreamEpoch, StreamFacts>> streams, StreamEpoch key)
    {
        var withheld = new IntervalSet();
        foreach (var range in streams.Where(stream => stream.Key == key).SelectMany(stream => stream.Value.Refused.Intervals))
        {
            withheld.Add(range.First, range.End);
        }

        return withheld;
    }
}
