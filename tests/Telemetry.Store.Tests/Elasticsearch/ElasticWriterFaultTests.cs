using Telemetry.Store.Elasticsearch;
using Telemetry.Store.Elasticsearch.Writing;
using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>The writer against faults that a healthy Elasticsearch does not show.</summary>
public sealed class ElasticWriterFaultTests : IAsyncLifetime
{
    private const string Stream = "logs-telemetry.app-default";
    private ScriptedElasticsearch _server = null!;
    private WriterHarness _harness = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedElasticsearch.StartAsync();
        _harness = new WriterHarness(_server.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task AllIsStoredOnceAndCommitted()
    {
        await using var writer = _harness.Open();
        for (var round = 0; round < 10; round++)
        {
            WriterHarness.Write(writer, Enumerable.Range(round * 500, 500));
            await writer.WaitForRoomAsync(default);
            Assert.Empty(await writer.CommitAsync((round + 1) * 500, default));
        }

        AssertExactly(5000);
        Assert.Equal(5000, _harness.Count("stored"));
        Assert.Equal($$"""{"app":".ds-{{Stream}}-2026.11.22-000001"}""", await MarkAfterAnother(writer));
    }

    [Fact]
    public async Task WhatWasThereIsCountedAndCommitted()
    {
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 100));
        await writer.CommitAsync(100, default);

        WriterHarness.Write(writer, Enumerable.Range(0, 100));
        Assert.Empty(await writer.CommitAsync(100, default));

        AssertExactly(100);
        Assert.Equal(100, _harness.Count("duplicates"));
    }

    [Fact]
    public async Task OnlyItemsThatWereTooMuchAreSentAgain()
    {
        _server.Next(
            new BulkFault { Items = item => item % 3 == 0 ? ItemFault.Rejected : null },
            new BulkFault { Items = item => item % 2 == 0 ? ItemFault.Unavailable : null });

        await Store(90);

        AssertExactly(90);
        Assert.Equal(30 + 15, _harness.Count("retried"));
        Assert.Equal(0, _harness.Count("duplicates"));
    }

    [Theory]
    [InlineData(429, false)]
    [InlineData(500, false)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    public async Task ARequestThatFailedIsSentAgain(int status, bool isApplied)
    {
        _server.Next(new BulkFault { Status = status, IsApplied = isApplied, RetryAfter = status == 429 ? "1" : "" });

        await Store(200);

        AssertExactly(200);
        Assert.Equal(isApplied ? 200 : 0, _harness.Count("duplicates"));
    }

    [Fact]
    public async Task AnAnswerThatWasLostIsNoDuplicate()
    {
        _server.Next(BulkFault.ResetAfterCommit(), BulkFault.Reset(), BulkFault.ResetAfterCommit());

        await Store(200);

        AssertExactly(200);
    }

    [Fact]
    public async Task AnAnswerCutOffIsUnknown()
    {
        await using var harness = new WriterHarness(_server.Url, WriterHarness.Quick with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        _server.Next(new BulkFault { Trickle = TimeSpan.FromMilliseconds(20) });
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 50));

        await writer.CommitAsync(50, default);

        AssertExactly(50);
        Assert.Equal(50, harness.Count("duplicates"));
    }

    [Fact]
    public async Task ATooLargeRequestIsHalved()
    {
        await using var harness = new WriterHarness(_server.Url + "/?gzip=false");
        _server.MaxBodyBytes = 8000;
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 300));
        writer.Begin(300, 0);
        var huge = WriterHarness.Line(300);
        huge.Set(Fields.ErrorStackTrace, new byte[10_000]);
        writer.Write(huge);

        var refused = Assert.Single(await writer.CommitAsync(301, default));

        Assert.Equal((300L, 300UL), (refused.Position, refused.Record.Seq));
        Assert.StartsWith("413", refused.Reason);
        AssertExactly(300);
    }

    [Fact]
    public async Task ABadRequestIsBisectedToTheCulprit()
    {
        _server.IsPoison = source => source.Contains("line 77\"") || source.Contains("line 201\"");

        var refused = await Store(256);

        Assert.Equal([77L, 201L], refused.Select(one => one.Position).Order());
        Assert.Equal(254, _server.Streams.Documents.Count);
        Assert.All(refused, one => Assert.Contains("line", System.Text.Encoding.UTF8.GetString(one.Source.Span)));
    }

    [Fact]
    public async Task AServerThatRefusesEveryRequestIsAFault()
    {
        _server.IsPoison = _ => true;

        var fault = await Assert.ThrowsAnyAsync<IOException>(() => Store(256));

        Assert.Contains("refuses every request", fault.Message);
    }

    [Fact]
    public async Task ARefusedDocumentIsReturnedWithoutItsValues()
    {
        _server.ItemRule = (id, _) => id == WriterHarness.IdOf(5) ? ItemFault.Mapping : null;

        var refused = Assert.Single(await Store(20));

        Assert.Equal("400 document_parsing_exception: [1:53] failed to parse field [event.sequence] of type [long]", refused.Reason);
        Assert.Equal(5, refused.Position);
        Assert.Equal(19, _server.Streams.Documents.Count);
        Assert.Equal(1, _harness.Count("refused"));
    }

    [Fact]
    public async Task TheFailureStoreIsNotMistakenForTheStream()
    {
        _server.ItemRule = (id, _) => id == WriterHarness.IdOf(5) ? ItemFault.FailureStored : null;

        var refused = Assert.Single(await Store(20));

        Assert.Contains("failure store", refused.Reason);
        Assert.Equal((19, 1, 0), (_harness.Count("stored"), _harness.Count("failure_store"), _harness.Count("refused")));
        Assert.Contains(_harness.Notices, notice => notice.Kind == ElasticNoticeKind.FailureStore);
    }

    [Fact]
    public async Task ADocumentThatMakesTheServerFailHoldsUpTheOthersForAWhileOnly()
    {
        _server.ItemRule = (id, _) => id == WriterHarness.IdOf(5) ? new ItemFault(500, "null_pointer_exception", "oops") : null;

        var refused = Assert.Single(await Store(20));

        Assert.Equal("500 null_pointer_exception: oops", refused.Reason);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task WithoutTheRightToWriteTheCommitFailsAndLaterSucceeds(int status)
    {
        await Store(10);
        _server.Forbids = status;
        await using var writer = _harness.Open("", 0);
        WriterHarness.Write(writer, Enumerable.Range(10, 10));

        var fault = await Assert.ThrowsAnyAsync<IOException>(async () => await writer.CommitAsync(20, default));

        Assert.Contains("does not let us write to " + Stream, fault.Message);
        _server.Forbids = 0;
        await using var next = _harness.Open("", 20);
        WriterHarness.Write(next, Enumerable.Range(10, 10));
        Assert.Empty(await next.CommitAsync(20, default));
        AssertExactly(20);
    }

    [Fact]
    public async Task AFaultIsToldToWhoWaitsForRoom()
    {
        await Store(1);
        _server.Forbids = 403;
        await using var writer = _harness.Open();

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (var seq = 0; ; seq++)
            {
                WriterHarness.Write(writer, [seq]);
                await writer.WaitForRoomAsync(default);
            }
        });
    }

    [Fact]
    public async Task OneWhoMayNotWriteOneStreamDoesNotLoseItsDocuments()
    {
        _server.ItemRule = (id, _) => id == WriterHarness.IdOf(3) ? new ItemFault(403, "security_exception", "no") : null;

        await Assert.ThrowsAnyAsync<IOException>(() => Store(10));
    }

    [Fact]
    public async Task ABlockedIndexIsWaitedForAndReported()
    {
        await using var harness = new WriterHarness(_server.Url);
        _server.Next(new BulkFault { Items = _ => new ItemFault(403, "cluster_block_exception", "index [x] blocked by: [FORBIDDEN/12]") });
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 10));

        await writer.CommitAsync(10, default);

        AssertExactly(10);
        Assert.Contains(harness.Notices, notice => notice.Kind == ElasticNoticeKind.Blocked);
    }

    [Fact]
    public async Task MemoryIsBoundedWhileTheServerIsAway()
    {
        var away = new ManualResetEventSlim();
        _server.ItemRule = (_, _) => away.IsSet ? null : ItemFault.Rejected;
        await using var writer = _harness.Open();
        var written = 0;
        var waiting = Task.CompletedTask;
        while (waiting.IsCompleted)
        {
            WriterHarness.Write(writer, [written++]);
            waiting = writer.WaitForRoomAsync(default).AsTask();
        }

        Assert.InRange(_harness.Pool.HeldBytes, 1, WriterHarness.Quick.MaxHeldBytes + 2000);
        away.Set();
        await waiting;
        Assert.Empty(await writer.CommitAsync(written, default));
        AssertExactly(written);
        await Eventually.Holds(() => _harness.Pool.HeldBytes == 0, "nothing is held");
    }

    [Fact]
    public async Task TheCallerWritesOnDuringACommit()
    {
        using var gate = new ManualResetEventSlim();
        _server.Next(new BulkFault { Before = gate.Wait });
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 10));
        var commit = writer.CommitAsync(10, default).AsTask();
        WriterHarness.Write(writer, Enumerable.Range(10, 10));

        Assert.False(commit.IsCompleted);
        gate.Set();
        await commit;
        await writer.CommitAsync(20, default);

        AssertExactly(20);
    }

    [Fact]
    public async Task ACancelledCommitIsPartOfTheNext()
    {
        using var gate = new ManualResetEventSlim();
        _server.Next(new BulkFault { Before = gate.Wait, Items = item => item == 0 ? ItemFault.Mapping : null });
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 10));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.CommitAsync(10, cancel.Token));

        gate.Set();

        Assert.Single(await writer.CommitAsync(10, default));
        Assert.Equal(9, _server.Streams.Documents.Count);
    }

    [Fact]
    public async Task WhatNobodyWaitsForIsNotHeld()
    {
        _server.ItemRule = (_, _) => ItemFault.Rejected;
        var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 10));
        var commit = writer.CommitAsync(10, default).AsTask();
        await Eventually.Holds(() => _harness.Count("retried") > 0, "a retry");

        await writer.DisposeAsync();

        await Eventually.Holds(() => _harness.Pool.HeldBytes == 0, "nothing is held");
        Assert.NotNull(commit);
    }

    [Fact]
    public async Task AFlushComesWithoutACommit()
    {
        await using var harness = new WriterHarness(_server.Url, WriterHarness.Quick with { FlushAfter = TimeSpan.FromMilliseconds(20) });
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 3));

        await Eventually.Holds(() => _server.Streams.Documents.Count == 3, "three documents");
    }

    [Fact]
    public async Task SeededFaultsLoseAndDuplicateNothing()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            await RandomFaults(seed);
        }
    }

    private static async Task RandomFaults(int seed)
    {
        await using var server = await ScriptedElasticsearch.StartAsync();
        await using var harness = new WriterHarness(server.Url);
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            server.Next(RandomFault(random, server));
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(partition => Task.Run(async () =>
        {
            await using var writer = harness.Open();
            for (var round = 0; round < 20; round++)
            {
                WriterHarness.Write(writer, Enumerable.Range(partition * 10_000 + round * 100, 100));
                await writer.WaitForRoomAsync(default);
                Assert.Empty(await writer.CommitAsync(partition * 10_000 + (round + 1) * 100, default));
            }
        })));

        Assert.Empty(server.Streams.Duplicated);
        Assert.Equal(4 * 2000, server.Streams.Documents.Count);
    }

    private static BulkFault RandomFault(Random random, ScriptedElasticsearch server)
    {
        var (kind, modulus) = (random.Next(9), random.Next(2, 6));
        return kind switch
        {
            0 => BulkFault.Answer(429),
            1 => BulkFault.ResetAfterCommit(),
            2 => BulkFault.Reset(),
            3 => BulkFault.AnswerAfterCommit(503),
            4 => new BulkFault { Items = item => item % modulus == 0 ? ItemFault.Rejected : null },
            5 => new BulkFault { Items = item => item % modulus == 0 ? ItemFault.Unavailable : null },
            6 => new BulkFault { IsReset = true, IsApplied = true, After = () => server.Streams.Rollover(Stream) },
            7 => new BulkFault { Before = () => server.Streams.Rollover(Stream) },
            _ => new BulkFault(),
        };
    }

    private static async Task<string> MarkAfterAnother(IDocumentWriter writer)
    {
        await writer.CommitAsync(long.MaxValue, default);
        return writer.Mark;
    }

    private async Task<IReadOnlyList<RefusedDocument>> Store(int count)
    {
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, count));
        return await writer.CommitAsync(count, default);
    }

    private void AssertExactly(int count)
    {
        Assert.Empty(_server.Streams.Duplicated);
        Assert.Equal(
            Enumerable.Range(0, count).Select(WriterHarness.IdOf).Order(StringComparer.Ordinal),
            _server.Streams.Documents.Keys.Select(key => key.Id).Order(StringComparer.Ordinal));
    }
}
