namespace Telemetry.Bus.Kafka;

/// <summary>
/// For how long the call into the client library that is under way has lasted. Calls have timeouts, and librdkafka does not keep all of
/// them: one that was waiting for its answer while a broker died may never return. One thread calls, any asks.
/// </summary>
internal sealed class CallWatch(TimeProvider time)
{
    private long _since;

    /// <summary>Zero when no call is under way.</summary>
    public TimeSpan Age => Volatile.Read(ref _since) is var since and not 0 ? time.GetElapsedTime(since) : TimeSpan.Zero;

    public void Run(Action call)
    {
        Volatile.Write(ref _since, time.GetTimestamp());
        try
        {
            call();
        }
        finally
        {
            Volatile.Write(ref _since, 0);
        }
    }
}
