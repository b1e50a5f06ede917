namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>Tells notices, of each kind at most one in 10 s. Thread-safe.</summary>
internal sealed class Notices(Action<ElasticNotice> tell, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly (long? At, long Suppressed)[] _told = new (long?, long)[Enum.GetValues<ElasticNoticeKind>().Length];

    public void Tell(ElasticNoticeKind kind, string text)
    {
        long suppressed;
        lock (_gate)
        {
            ref var told = ref _told[(int)kind];
            if (told.At is { } at && time.GetElapsedTime(at) < Every)
            {
                told.Suppressed++;
                return;
            }

            suppressed = told.Suppressed;
            told = (time.GetTimestamp(), 0);
        }

        tell(new ElasticNotice(kind, text, suppressed));
    }
}
