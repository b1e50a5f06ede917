namespace Telemetry.Benchmarks.Otlp;

/// <summary>Counts the requests that were answered: each is a full batch while events come faster than they go.</summary>
internal sealed class AnswerCounter() : DelegatingHandler(new SocketsHttpHandler { ActivityHeadersPropagator = null })
{
    public const int BatchSize = 1000;

    private long _requests;

    public long Events => Volatile.Read(ref _requests) * BatchSize;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (answer.IsSuccessStatusCode)
        {
            Interlocked.Increment(ref _requests);
        }

        return answer;
    }
}
