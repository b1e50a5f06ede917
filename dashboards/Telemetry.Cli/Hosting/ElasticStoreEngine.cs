using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Telemetry.Bus;
using Telemetry.Cli.Care;
using Telemetry.Cli.Configuration;
using Telemetry.Indexer;
using Telemetry.Store;
using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Care;
using Telemetry.Store.Elasticsearch.Holds;
using Telemetry.Store.Elasticsearch.Lifetimes;
using Telemetry.Store.Elasticsearch.Reading;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Store.Purging;
using Telemetry.Wire;

namespace Telemetry.Cli.Hosting;

/// <summary>An Elasticsearch cluster. The lanes are written by a pool each, so that neither waits for the other.</summary>
internal sealed partial class ElasticStoreEngine : IStoreEngine
{
    private static readonly TimeSpan CheckDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan InstallEvery = TimeSpan.FromSeconds(2);

    private readonly ElasticClient _client;
    private readonly ElasticRetention _retention;
    private readonly RetentionOptions _keep;
    private readonly PromotedFields _fields;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new(ElasticBulkPool.MeterName);
    private readonly Lock _gate = new();
    private readonly Dictionary<Lane, ElasticBulkPool> _pools = [];
    private readonly CancellationTokenSource _closing = new();
    private Task _installing = Task.CompletedTask;
    private volatile string _problem = "";
    private volatile bool _isInstalled;

    public ElasticStoreEngine(ElasticOptions options, RetentionOptions keep, PromotedFields fields, TimeProvider time, ILogger logger)
    {
        (_keep, _fields, _time, _logger) = (keep, fields, time, logger);
        _client = new ElasticClient(options, time);
        Documents = new ElasticDocumentReader(_client, time);
        Lifetimes = new ElasticLifetimeReader(_client);
        LifetimeWriter = new ElasticLifetimeWriter(_client);
        Purger = new ElasticPurge(_client);
        PurgeNotes = new ElasticPurgeNotes(_client);
        Audit = new ElasticAudit(_client);
        _retention = new ElasticRetention(new ElasticHolds(_client), new ElasticLifetimeRetention(_client), keep.KeepLifetimes, time);
    }

    public IDocumentReader Documents { get; }

    public ILifetimeReader Lifetimes { get; }

    public ILifetimeWriter? LifetimeWriter { get; }

    public IRetention Retention => _retention;

    public IReadOnlySet<LifetimeId> Held() => _retention.Held();

    public async Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancel)
    {
        try
        {
            var answer = await _client.SendAsync(HttpMethod.Get, "/", default, CheckDeadline, cancel);
            return answer.IsSuccess
                ? _problem.Length == 0 ? [] : [_problem]
                : [$"Elasticsearch answers {answer.Problem()}."];
        }
        catch (IOException e)
        {
            return [e.Message];
        }
    }

    public IDocumentPurger? Purger { get; }

    public IPurgeNotes? PurgeNotes { get; }

    public ElasticAudit? Audit { get; }

    /// <summary>
    /// Installs the templates, now or as soon as the store answers: until they are there it takes no document, as ours are only for
    /// data streams that exist or have a template.
    /// </summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        if (!await TryInstallAsync(cancel))
        {
            _installing = InstallLaterAsync();
        }
    }

    private async Task InstallLaterAsync()
    {
        using var timer = new PeriodicTimer(InstallEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token) && !await TryInstallAsync(_closing.Token))
            {
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<bool> TryInstallAsync(CancellationToken cancel)
    {
        var installer = new TemplateInstaller(_client, OptionsOf(_keep, _fields));
        try
        {
            var plan = await installer.PlanAsync(cancel);
            await installer.ApplyAsync(plan, cancel);
            _problem = "";
            _isInstalled = true;
            return true;
        }
        catch (ElasticForbiddenException e)
        {
            return await DoWithoutAsync(installer, e.Message, cancel);
        }
        catch (IOException e)
        {
            return Fail($"The templates of the store could not be checked: {e.Message}");
        }
    }

    /// <summary>Whoever may only write documents has others install: what is there, or cannot be seen, is left to them.</summary>
    private async Task<bool> DoWithoutAsync(TemplateInstaller installer, string reason, CancellationToken cancel)
    {
        try
        {
            if (await installer.MissingAsync(cancel) is { Count: > 0 } missing)
            {
                return Fail(
                    $"The store has neither the data streams {string.Join(", ", missing)} nor templates for them, and we may not install any: "
                    + $"'telemetry store install' with the right to manage index templates does. {reason}");
            }
        }
        catch (IOException e)
        {
            return Fail($"The templates of the store could not be checked: {e.Message}");
        }

        _problem = "";
        LogTemplatesLeft(reason);
        return true;
    }

    private bool Fail(string problem)
    {
        if (_problem.Length == 0)
        {
            LogTemplatesFailed(problem);
        }

        _problem = problem;
        return false;
    }

    public IDocumentWriter OpenWriter(BusPartition partition, WriterOpening opening)
    {
        // What an index does not know it does not index: a document that came too early would not be found by these fields.
        if (_fields.All.Count > 0 && !_isInstalled)
        {
            throw new IOException(_problem.Length > 0 ? _problem : "The templates of the store are not installed yet.");
        }

        lock (_gate)
        {
            if (!_pools.TryGetValue(partition.Lane, out var pool))
            {
                pool = new ElasticBulkPool(_client, new ElasticWriterOptions(), partition.Lane, _meter, Tell, _time);
                _pools.Add(partition.Lane, pool);
            }

            return pool.OpenWriter(opening);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Values)
        {
            await pool.DisposeAsync();
        }

        await _closing.CancelAsync();
        await _installing;
        _closing.Dispose();
        _client.Dispose();
        _meter.Dispose();
    }

    /// <summary>How long the data streams keep documents, and what they index beside the field table.</summary>
    public static TemplateOptions OptionsOf(RetentionOptions keep, PromotedFields fields) =>
        new() { LineRetention = keep.StoreKeep, EventRetention = keep.KeepLifetimes, Promoted = fields };

    private void Tell(ElasticNotice notice)
    {
        if (notice.Kind is ElasticNoticeKind.Waiting)
        {
            LogWaiting(notice.Text, notice.Suppressed);
        }
        else
        {
            LogTrouble(notice.Text, notice.Suppressed);
        }
    }

    [LoggerMessage(LogEvents.StoreWaiting, LogLevel.Warning, "The store: {Text} ({Suppressed} more since the last message)")]
    private partial void LogWaiting(string text, long suppressed);

    [LoggerMessage(LogEvents.StoreTrouble, LogLevel.Error, "The store: {Text} ({Suppressed} more since the last message)")]
    private partial void LogTrouble(string text, long suppressed);

    [LoggerMessage(LogEvents.TemplatesFailed, LogLevel.Error, "The store is not ready, which is looked at again: {Reason}")]
    private partial void LogTemplatesFailed(string reason);

    [LoggerMessage(LogEvents.TemplatesLeft, LogLevel.Warning,
        "The templates of the store are left as they are, as we may not look after them: {Reason}")]
    private partial void LogTemplatesLeft(string reason);
}
