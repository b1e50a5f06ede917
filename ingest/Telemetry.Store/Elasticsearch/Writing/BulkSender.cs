namespace Telemetry.Store.Elasticsearch.Writing;

/// <summary>
/// Delivers one chunk at a time, for as long as it takes: until each document is stored or refused, or the store forbids it.
/// Not thread-safe.
/// </summary>
internal sealed class BulkSender(Delivery shared)
{
    private const string Path = "/_bulk?require_data_stream=true&filter_path=" + BulkAnswer.FilterPath;

    // Documents that are refused with a whole request each, one after the other: then it is not the documents.
    private const int SuspiciousRefusals = 32;

    // Who cannot be reached is not burdened by being tried, and should be found soon when it is back.
    private static readonly TimeSpan LongestUnreachablePause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BlockedPause = TimeSpan.FromSeconds(5);

    private readonly BulkAnswer _answer = new();
    private readonly AnswerSettler _settler = new(shared);
    private readonly RequestBody _body = new(shared.Client.Options.Gzip);
    private readonly Backoff _backoff = new(shared.Options.FirstBackoff, shared.Options.MaxBackoff, shared.Random);
    private int _refusedWhole;

    /// <summary>Returns when the chunk is empty. Does not throw: what cannot be delivered fails its writers' commits.</summary>
    public async Task DeliverAsync(BulkChunk chunk, CancellationToken cancel)
    {
        _backoff.Reset();
        _refusedWhole = 0;
        try
        {
            for (chunk.Cut(); chunk.Count > 0; chunk.Cut())
            {
                if (await AttemptAsync(chunk, cancel) is { } pause)
                {
                    await Task.Delay(pause, shared.Time, cancel);
                }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            chunk.Fail(new IOException("The store was closed before all was stored."));
        }
        catch (IOException e) when (e is StoreFaultException or ElasticIncompatibleException)
        {
            shared.Metrics.Fault();
            shared.Notices.Tell(ElasticNoticeKind.Fault, e.Message);
            chunk.Fail(e);
        }
#pragma warning disable CA1031 // The one handler of this loop: a bug stops the lane, which begins again and says so.
        catch (Exception e)
#pragma warning restore CA1031
        {
            shared.Metrics.Fault();
            chunk.Fail(new IOException($"Documents could not be sent: {e.Message}", e));
        }
    }

    /// <summary>One round. Returns how long to wait before the next; null for not at all.</summary>
    private async Task<TimeSpan?> AttemptAsync(BulkChunk chunk, CancellationToken cancel)
    {
        try
        {
            if (chunk.Existing.Count > 0)
            {
                await shared.Durability.SettleExistingAsync(chunk, cancel);
                return null;
            }

            if (chunk.HasUnchecked())
            {
                await shared.Rollover.AfterAsync(chunk, cancel);
                return null;
            }

            if (chunk.HasInDoubt())
            {
                await shared.Rollover.BeforeAsync(chunk, cancel);
                chunk.Cut();
            }

            chunk.FirstAttempt ??= shared.Known.Or(new BackingIndex?[DataStreamNames.Count]);
            return chunk.Count == 0 ? null : await SendAsync(chunk, 0, chunk.Count, cancel);
        }
        catch (ElasticUnavailableException e)
        {
            // A look-up or a flush: nothing was written.
            return Wait(e.Message, null, LongestUnreachablePause);
        }
    }

    private async Task<TimeSpan?> SendAsync(BulkChunk chunk, int from, int to, CancellationToken cancel)
    {
        var lines = chunk.Lines(from, to);
        await shared.Window.EnterAsync(lines.Length).WaitAsync(cancel);
        var sentAt = shared.Time.GetTimestamp();
        ElasticResponse answer;
        try
        {
            shared.Metrics.Request(lines.Length);
            answer = await shared.Client.SendAsync(_body.Of(lines, Path, shared.Options.RequestTimeout), cancel);
        }
        catch (ElasticUnavailableException e)
        {
            if (e.MayBeApplied)
            {
                chunk.DoubtAll(from, to);
                shared.Window.PushedBack(sentAt);
            }

            shared.Metrics.Retried(to - from);
            return Wait(e.Message, null, e.MayBeApplied ? null : LongestUnreachablePause);
        }
        finally
        {
            shared.Window.Leave(lines.Length);
        }

        return await JudgeAsync(answer, chunk, from, to, sentAt, cancel);
    }

    // The decision matrix of whole requests.
    private async Task<TimeSpan?> JudgeAsync(
        ElasticResponse answer, BulkChunk chunk, int from, int to, long sentAt, CancellationToken cancel)
    {
        switch (answer.Status)
        {
            case 200 when _answer.TryRead(answer.Body, to - from):
                _refusedWhole = 0;
                return Settle(chunk, from, to, sentAt);

            case 429:
                shared.Window.PushedBack(sentAt);
                shared.Metrics.Retried(to - from);
                return Wait($"Elasticsearch is busy: {answer.Problem()}.", answer.RetryAfter);

            case 413:
                shared.Window.TooLarge(chunk.Lines(from, to).Length);
                return await HalveAsync(answer, chunk, from, to, cancel);

            case 400:
                return await HalveAsync(answer, chunk, from, to, cancel);

            case 200 or 408 or >= 500:
                chunk.DoubtAll(from, to);
                shared.Window.PushedBack(sentAt);
                shared.Metrics.Retried(to - from);
                return Wait($"Elasticsearch did not take documents: {answer.Problem()}.", answer.RetryAfter);

            default:
                throw new StoreFaultException(
                    $"Elasticsearch does not let us write to {shared.Names[chunk.Items[from].Stream]}: {answer.Problem()}.");
        }
    }

    private async Task<TimeSpan?> HalveAsync(ElasticResponse answer, BulkChunk chunk, int from, int to, CancellationToken cancel)
    {
        if (to - from == 1)
        {
            if (++_refusedWhole > SuspiciousRefusals && answer.Status == 400)
            {
                throw new StoreFaultException($"Elasticsearch, or what stands before it, refuses every request: {answer.Problem()}.");
            }

            chunk.Refuse(from, answer.Problem());
            shared.Metrics.Refused();
            chunk.Items[from].Scope.Settle(1);
            return null;
        }

        var middle = from + (to - from) / 2;
        return await SendAsync(chunk, from, middle, cancel) ?? await SendAsync(chunk, middle, to, cancel);
    }

    private TimeSpan? Settle(BulkChunk chunk, int from, int to, long sentAt)
    {
        var outcome = _settler.Settle(chunk, from, to, _answer);
        if (outcome.Fault >= 0)
        {
            throw new StoreFaultException(
                $"Elasticsearch does not let us write to {shared.Names[chunk.Items[outcome.Fault].Stream]}: {_answer.Problem(outcome.Fault - from)}.");
        }

        if (outcome.Retried < to - from)
        {
            _backoff.Reset();
        }

        if (outcome.Blocked >= 0)
        {
            shared.Notices.Tell(ElasticNoticeKind.Blocked,
                $"An index of Elasticsearch is closed to writing; the documents wait: {_answer.Problem(outcome.Blocked - from)}.");
            return _backoff.Next(atLeast: BlockedPause);
        }

        if (outcome.Busy >= 0)
        {
            shared.Window.PushedBack(sentAt);
            return Wait($"Elasticsearch is busy: {_answer.Problem(outcome.Busy - from)}.", null);
        }

        shared.Window.Went(sentAt);
        return null;
    }

    private TimeSpan Wait(string problem, TimeSpan? retryAfter, TimeSpan? atMost = null)
    {
        var pause = _backoff.Next(retryAfter, atMost: atMost);
        shared.Notices.Tell(ElasticNoticeKind.Waiting, problem);
        return pause;
    }
}
