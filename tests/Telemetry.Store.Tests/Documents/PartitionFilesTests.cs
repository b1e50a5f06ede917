using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

public sealed class PartitionFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task OtherPartitionsAnswerWhenOneIsDamaged()
    {
        await StoreHours(3);
        List<ReaderFault> faults = [];
        using var reader = new SqliteDocumentReader([_directory.Path], TimeProvider.System, faults.Add);
        var damaged = PartitionName.List(_directory.Path)[1].Path;
        File.WriteAllBytes(damaged, new byte[20_000]);
        for (var i = 0; i < 2; i++)
        {
            var result = await reader.SearchAsync(new SearchRequest(Some.Query("x")), default);
            Assert.Equal((2, 2), (result.Total, result.Hits.Count));
            Assert.StartsWith(Path.GetFileName(damaged) + ": ", Assert.Single(result.Incomplete), StringComparison.Ordinal);
        }

        Assert.Equal(damaged, Assert.Single(faults).Path);
    }

    [Fact]
    public async Task DamagedChunkOfAnOpenPartitionIsReported()
    {
        await StoreHours(2);
        using (var database = SqliteDatabase.OpenExisting(PartitionName.List(_directory.Path)[0].Path))
        {
            database.Execute("UPDATE chunk SET data = x'02'");
        }

        List<ReaderFault> faults = [];
        using var reader = new SqliteDocumentReader([_directory.Path], TimeProvider.System, faults.Add);
        var result = await reader.SearchAsync(new SearchRequest(Some.Query("not log.level : fatal")), default);
        Assert.Equal((1, 1), (result.Total, result.Hits.Count));
        Assert.Single(faults);
    }

    [Fact]
    public async Task RetentionDeletesWholePartitionsOldestFirstAndNeverTheNewest()
    {
        await StoreHours(5);
        using var reader = Some.Reader(_directory.Path);
        Assert.Equal(5, await Count(reader));
        var now = DateTimeOffset.FromUnixTimeSeconds(Some.TimeUnixUs / 1_000_000) + TimeSpan.FromHours(4.5);
        var retention = new SqliteRetention(_directory.Path);

        Assert.Equal(0, retention.Apply(TimeSpan.FromHours(5), long.MaxValue, now).Partitions);
        Assert.Equal(2, retention.Apply(TimeSpan.FromHours(2.4), long.MaxValue, now).Partitions);
        Assert.Equal(3, await Count(reader));
        var result = retention.Apply(TimeSpan.FromHours(2.4), 1, now);
        Assert.Equal(2, result.Partitions);
        Assert.True(result.FreedBytes > 0 && result.Bytes > 0);
        Assert.Equal(1, await Count(reader));
        Assert.Single(Directory.GetFiles(_directory.Path, "*.db"));
    }

    [Fact]
    public async Task RetentionOfADirectoryThatIsNotThereDoesNothing() =>
        Assert.Equal(
            new RetentionResult(0, 0, 0),
            await Task.FromResult(new SqliteRetention(_directory["none"]).Apply(TimeSpan.Zero, 0, DateTimeOffset.UnixEpoch)));

    [Fact]
    public async Task CancelledSearchEnds()
    {
        await StoreHours(1);
        using var reader = Some.Reader(_directory.Path);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await reader.SearchAsync(new SearchRequest(Some.Query("x")), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task OddRequestsAnswer()
    {
        await StoreHours(1);
        using var reader = Some.Reader(_directory.Path, _directory["none"]);
        Assert.Equal(1, (await reader.SearchAsync(new SearchRequest(Some.Query("x"), Limit: -1), default)).Total);
        Assert.Equal(0, (await reader.SearchAsync(new SearchRequest(Some.Query("x"), 5, 5), default)).Total);
        Assert.Equal(1, (await reader.SearchAsync(new SearchRequest(Some.Query("x"), long.MinValue, long.MaxValue), default)).Total);
        var histogram = await reader.HistogramAsync(new HistogramRequest(Some.Query("x"), long.MinValue, long.MaxValue, 0), default);
        Assert.Equal(1, histogram.Total);
        Assert.Equal(0, (await reader.HistogramAsync(new HistogramRequest(Some.Query("none"), null, null), default)).Total);
        Assert.Empty((await reader.ArrivedAsync(Some.Query("x"), "nonsense", 10, default)).Documents);
    }

    [Fact]
    public async Task ACursorOfNobodyIsRefused()
    {
        using var reader = Some.Reader(_directory.Path);
        await Assert.ThrowsAsync<FormatException>(
            async () => await reader.SearchAsync(new SearchRequest(Some.Query("x"), Cursor: "!"), default));
    }

    private async Task StoreHours(int hours)
    {
        await using var writer = Some.Writer(
            _directory.Path, new SqliteStoreOptions { MinWidth = TimeSpan.FromHours(1), MaxWidth = TimeSpan.FromHours(1) });
        for (var i = 0; i < hours; i++)
        {
            writer.Begin(i, Some.TimeUnixUs + i * 3_600_000_000L);
            writer.Write(Some.Document((ulong)i, "x"));
        }

        await writer.CommitAsync(hours, default);
    }

    private static async Task<long> Count(SqliteDocumentReader reader) =>
        (await reader.SearchAsync(new SearchRequest(Some.Query("x")), default)).Total;
}
