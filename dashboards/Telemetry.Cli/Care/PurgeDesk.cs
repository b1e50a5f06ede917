using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Telemetry.Console.Care;
using Telemetry.Indexer;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Store.Purging;

namespace Telemetry.Cli.Care;

/// <summary>
/// Shows and purges on behalf of the process that owns the store, one purge at a time, and keeps the audit. A token stands for a
/// query, its range and the time of the preview: what came on the bus later is not touched. Safe for concurrent use.
/// </summary>
internal sealed partial class PurgeDesk : IPurger
{
    private const int Samples = 5;
    private const int PageHits = 1000;
    private const int MaxTickets = 100;
    private static readonly TimeSpan Validity = TimeSpan.FromMinutes(10);

    private readonly IDocumentReader _documents;
    private readonly Func<PurgeRequest, string, CancellationToken, Task<PurgeReport>> _purge;
    private readonly Func<JsonObject, Task<string?>> _audit;
    private readonly IReadOnlyList<string> _elsewhere;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _busy = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PurgeTicket> _tickets = new(StringComparer.Ordinal);

    /// <param name="documents">Searched for previews.</param>
    /// <param name="purge">Deletes, and notes it in the accounts.</param>
    /// <param name="audit">Keeps one entry durably; returns what it could not do, or null.</param>
    /// <param name="elsewhere">Sentences: where else what is purged may be.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public PurgeDesk(
        IDocumentReader documents, Func<PurgeRequest, string, CancellationToken, Task<PurgeReport>> purge,
        Func<JsonObject, Task<string?>> audit, IReadOnlyList<string> elsewhere, TimeProvider time, ILogger logger) =>
        (_documents, _purge, _audit, _elsewhere, _time, _logger) = (documents, purge, audit, elsewhere, time, logger);

    public async ValueTask<PurgePreview> PreviewAsync(PurgeQuestion question, CancellationToken cancel)
    {
        var now = _time.GetUtcNow();
        var nowUnixUs = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var request = new PurgeRequest(Before(question.Query, nowUnixUs), question.SinceUnixUs, question.UntilUnixUs, nowUnixUs);
        var search = new SearchRequest(request.Query, request.SinceUnixUs, request.UntilUnixUs, PageHits);
        var instances = new Dictionary<string, long>(StringComparer.Ordinal);
        List<StoredDocument> samples = [];
        HashSet<string> incomplete = [];
        var (total, oldest, newest) = (0L, long.MaxValue, long.MinValue);
        while (true)
        {
            var page = await _documents.SearchAsync(search, cancel);
            foreach (var hit in page.Hits)
            {
                (oldest, newest) = (Math.Min(oldest, hit.TimestampUnixUs), Math.Max(newest, hit.TimestampUnixUs));
                var instance = hit.Text(Fields.HostId) ?? "unknown";
                instances[instance] = instances.GetValueOrDefault(instance) + 1;
            }

            samples.AddRange(page.Hits.Take(Samples - samples.Count));
            incomplete.UnionWith(page.Incomplete);
            total += page.Hits.Count;
            if (page.Next is null)
            {
                break;
            }

            search = search with { Cursor = page.Next };
        }

        var token = Keep(new PurgeTicket(question, request, total, now + Validity));
        return new PurgePreview(
            token, total, total == 0 ? null : oldest, total == 0 ? null : newest,
            [.. instances.OrderByDescending(i => i.Value).ThenBy(i => i.Key, StringComparer.Ordinal)], samples,
            [.. incomplete.Select(reason => $"Not all of the store could be read: {reason}"), .. _elsewhere]);
    }

    public async ValueTask<PurgeOutcome> RunAsync(string token, string user, CancellationToken cancel)
    {
        var ticket = Take(token);
        if (!await _busy.WaitAsync(TimeSpan.Zero, cancel))
        {
            throw new PurgeRefusedException("Another purge runs; look again when it has ended.");
        }

        try
        {
            if (ticket.Question.IsReviewed)
            {
                await RefuseMoreAsync(ticket, cancel);
            }

            return await RunAsync(ticket, user, cancel);
        }
        finally
        {
            _busy.Release();
        }
    }

    private async Task RefuseMoreAsync(PurgeTicket ticket, CancellationToken cancel)
    {
        var request = ticket.Request;
        var found = await _documents.SearchAsync(
            new SearchRequest(request.Query, request.SinceUnixUs, request.UntilUnixUs, 0), cancel);
        if (found.Total > ticket.Shown)
        {
            throw new PurgeRefusedException(string.Create(
                CultureInfo.InvariantCulture, $"{found.Total} documents match by now and {ticket.Shown} were shown: look again."));
        }
    }

    private async Task<PurgeOutcome> RunAsync(PurgeTicket ticket, string user, CancellationToken cancel)
    {
        var at = Rfc3339.Format((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        PurgeReport report;
        try
        {
            // Who asked may leave; what was begun is ended.
            report = await _purge(ticket.Request, $"Purged on demand at {at}.", CancellationToken.None);
        }
        catch (Exception e)
        {
            await TellAsync(ticket, user, at, null, $"failed: {e.Message}");
            throw e is IOException ? e : new IOException(e.Message, e);
        }

        var problem = await TellAsync(
            ticket, user, at, report.Documents, report.Left.Count == 0 ? "done" : $"done, but for {string.Join("; ", report.Left)}");
        string[] unaccounted = report.Noted < report.Documents
            ? [$"The lifetimes of {report.Documents - report.Noted} documents are not known any more, so no account says that they are gone."]
            : [];
        return new PurgeOutcome(
            report.Documents, report.Noted,
            [.. report.Left.Select(left => $"Left: {left}."), .. unaccounted, .. problem is null ? [] : new[] { problem }, .. _elsewhere]);
    }

    private async Task<string?> TellAsync(PurgeTicket ticket, string user, string at, long? documents, string result)
    {
        var question = ticket.Question;
        // Without the query: it may hold what was purged, and this log may be shipped.
        LogPurged(user, documents ?? 0, result);
        return await _audit(new JsonObject
        {
            ["time"] = at,
            ["action"] = "purge",
            ["user"] = user,
            ["query"] = question.Text,
            ["since"] = question.SinceUnixUs is { } since ? Rfc3339.Format(since) : null,
            ["until"] = question.UntilUnixUs is { } until ? Rfc3339.Format(until) : null,
            ["count"] = documents,
            ["result"] = result,
        });
    }

    /// <summary>What came on the bus before the preview, and nothing later.</summary>
    private static AllOf Before(KqlNode query, long nowUnixUs) => new(
        [query, new FieldCompares(Fields.EventIngested.Name, KqlComparison.LessOrEqual, new KqlValue(Rfc3339.Format(nowUnixUs), true, null))]);

    private string Keep(PurgeTicket ticket)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            foreach (var old in _tickets.Where(t => t.Value.ValidUntil < now).Select(t => t.Key).ToList())
            {
                _tickets.Remove(old);
            }

            if (_tickets.Count >= MaxTickets)
            {
                _tickets.Remove(_tickets.MinBy(t => t.Value.ValidUntil).Key);
            }

            _tickets.Add(token, ticket);
            return token;
        }
    }

    private PurgeTicket Take(string token)
    {
        lock (_gate)
        {
            return _tickets.Remove(token, out var ticket) && ticket.ValidUntil >= _time.GetUtcNow()
                ? ticket
                : throw new PurgeRefusedException("The token is none of a preview of the last ten minutes, or was used: look again.");
        }
    }

    [LoggerMessage(LogEvents.Purged, LogLevel.Warning, "{User} had {Documents} documents purged: {Result}; the audit says by which query")]
    private partial void LogPurged(string user, long documents, string result);
}
