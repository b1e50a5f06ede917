using Telemetry.Tests.Support.Servers;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>Rollovers at the worst moments.</summary>
public sealed class RolloverTests : IAsyncLifetime
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
    public async Task BetweenApplyAndReplay()
    {
        var mark = await StoreAndEnd(committed: 100, written: 200);
        _server.Streams.Rollover(Stream);

        await Replay(mark, inDoubtUntil: 200, from: 100, to: 300);

        AssertExactly(300);
    }

    [Fact]
    public async Task BetweenApplyAndReplayWithoutAMark()
    {
        await StoreAndEnd(committed: 100, written: 200);
        _server.Streams.Rollover(Stream);
        _server.Streams.Rollover(Stream);

        await Replay("", inDoubtUntil: 200, from: 0, to: 300);

        AssertExactly(300);
    }

    [Fact]
    public async Task TheMarkStaysUntilNothingIsInDoubt()
    {
        var mark = await StoreAndEnd(committed: 100, written: 200);
        _server.Streams.Rollover(Stream);
        // The pool knows the new index from another partition.
        await Store(300, 1);

        var second = await Replay(mark, inDoubtUntil: 200, from: 100, to: 150);
        _server.Streams.Rollover(Stream);
        var third = await Replay(second, inDoubtUntil: 200, from: 150, to: 300);

        AssertExactly(301);
        Assert.Equal(mark, second);
        Assert.Contains("000003", third);
    }

    [Fact]
    public async Task TheMarkIsNotAheadOfWhatIsWrittenDuringACommit()
    {
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, 10));
        await writer.CommitAsync(10, default);
        using var gate = new ManualResetEventSlim();
        _server.Next(new BulkFault { After = gate.Wait });
        WriterHarness.Write(writer, Enumerable.Range(10, 10));
        var commit = writer.CommitAsync(20, default).AsTask();
        WriterHarness.Write(writer, Enumerable.Range(20, 10));
        _harness.Pool.Flush();
        await Eventually.Holds(() => _server.Streams.Documents.Count == 30, "what came later is stored earlier");
        _server.Streams.Rollover(Stream);
        await Store(10_000, 1);
        gate.Set();
        await commit;

        var mark = writer.Mark;
        await writer.DisposeAsync();
        await Replay(mark, inDoubtUntil: 30, from: 20, to: 30);

        Assert.Empty(_server.Streams.Duplicated);
    }

    [Fact]
    public async Task DuringARetry()
    {
        _server.Next(new BulkFault { IsReset = true, IsApplied = true, After = () => _server.Streams.Rollover(Stream) });

        await Store(0, 100);

        AssertExactly(100);
        Assert.Equal(100, _harness.Count("duplicates"));
    }

    [Fact]
    public async Task BetweenTheLookAndTheRetry()
    {
        await Store(0, 1);
        _server.Next(BulkFault.ResetAfterCommit(), new BulkFault { Before = () => _server.Streams.Rollover(Stream) });

        await Store(1, 99);

        AssertExactly(100);
        Assert.Equal(99, _harness.Count("withdrawn"));
        Assert.All(_server.Streams.Documents.Keys, key => Assert.EndsWith("000001", key.Index));
    }

    [Fact]
    public async Task ACopyLeftByAProcessThatEndedBeforeItLookedBackIsDeleted()
    {
        var mark = await StoreAndEnd(committed: 100, written: 200);
        _server.Streams.Rollover(Stream);
        for (var seq = 100; seq < 200; seq++)
        {
            _server.Streams.Create(Stream, WriterHarness.IdOf(seq), "{}");
        }

        await Replay(mark, inDoubtUntil: 200, from: 100, to: 200);

        AssertExactly(200);
        Assert.Equal(100, _harness.Count("withdrawn"));
    }

    [Fact]
    public async Task WithoutARolloverNothingIsLookedUp()
    {
        var mark = await StoreAndEnd(committed: 100, written: 200);

        await Replay(mark, inDoubtUntil: 200, from: 100, to: 300);

        AssertExactly(300);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("_mget", StringComparison.Ordinal));
    }

    private async Task<string> StoreAndEnd(int committed, int written)
    {
        await using var harness = new WriterHarness(_server.Url);
        await using var writer = harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(0, committed));
        await writer.CommitAsync(committed, default);
        WriterHarness.Write(writer, Enumerable.Range(committed, written - committed));
        await writer.CommitAsync(written, default);
        // The second commit's mark is of before it: the state holds the first.
        return writer.Mark;
    }

    private async Task<string> Replay(string mark, long inDoubtUntil, int from, int to)
    {
        await using var writer = _harness.Open(mark, inDoubtUntil);
        WriterHarness.Write(writer, Enumerable.Range(from, to - from));
        Assert.Empty(await writer.CommitAsync(to, default));
        if (to >= inDoubtUntil)
        {
            await writer.CommitAsync(to, default);
        }

        return writer.Mark;
    }

    private async Task Store(int from, int count)
    {
        await using var writer = _harness.Open();
        WriterHarness.Write(writer, Enumerable.Range(from, count));
        Assert.Empty(await writer.CommitAsync(from + count, default));
    }

    private void AssertExactly(int count)
    {
        Assert.Empty(_server.Streams.Duplicated);
        Assert.Equal(
            Enumerable.Range(0, count).Select(WriterHarness.IdOf).Order(StringComparer.Ordinal),
            _server.Streams.Documents.Keys.Select(key => key.Id).Order(StringComparer.Ordinal));
    }
}
