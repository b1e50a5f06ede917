using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>Partitions are narrow enough for what is kept, and grow too old also when nothing arrives.</summary>
public sealed class RetentionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTime _time = new();
    private long _position;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(7 * 24 * 60, 20_480, 21 * 60, 1024)]
    [InlineData(90 * 24 * 60, 200_000, 24 * 60, 1024)]
    [InlineData(80, 64, 10, 8)]
    [InlineData(8, 1, 1, 1)]
    [InlineData(0, 0, 1, 1)]
    public void PartitionsAreAnEighthOfWhatIsKept(int keepMinutes, long keepMiB, int widthMinutes, long maxMiB)
    {
        var options = SqliteStoreOptions.For(TimeSpan.FromMinutes(keepMinutes), keepMiB << 20);
        Assert.Empty(options.Problems());
        Assert.Equal((TimeSpan.FromMinutes(widthMinutes), maxMiB << 20), (options.MaxWidth, options.MaxBytes));
        Assert.Equal(TimeSpan.FromMinutes(Math.Min(60, widthMinutes)), options.MinWidth);
        Assert.Equal(Math.Min(256, maxMiB) << 20, options.TargetBytes);
    }

    [Fact]
    public async Task WhatIsTooOldGoesAlsoWhenNothingArrives()
    {
        var keep = TimeSpan.FromMinutes(16);
        await using var writer = Some.Writer(_directory.Path, SqliteStoreOptions.For(keep, 1L << 30));
        var retention = new SqliteRetention(_directory.Path);
        await Write(writer, 10);
        for (var minute = 0; minute < 30; minute++)
        {
            Assert.Equal(minute < 19 ? 10 : 0, await Count());
            _time.Advance(TimeSpan.FromMinutes(1));
            writer.Rest(Now);
            retention.Apply(keep, long.MaxValue, _time.GetUtcNow());
        }

        // An idle store does not heap up empty partitions, and its position outlives the documents.
        Assert.Single(PartitionName.List(_directory.Path));
        Assert.Equal(10, writer.AppliedPosition);
        await Write(writer, 1);
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task PositionOutlivesThePartitionsThatHeldIt()
    {
        var options = SqliteStoreOptions.For(TimeSpan.FromMinutes(8), 1L << 30);
        await using (var writer = Some.Writer(_directory.Path, options))
        {
            await Write(writer, 10);
            _time.Advance(TimeSpan.FromHours(1));
            writer.Rest(Now);
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(1, new SqliteRetention(_directory.Path).Apply(TimeSpan.FromMinutes(8), long.MaxValue, _time.GetUtcNow()).Partitions);
        }

        await using var again = Some.Writer(_directory.Path, options);
        Assert.Equal(10, again.AppliedPosition);
        Assert.False(again.Begin(9, Now));
        Assert.Equal(0, await Count());
    }

    [Fact]
    public async Task WhatIsTooMuchGoesByWholePartitionsOldestFirst()
    {
        const long KeepBytes = 8 << 20;
        await using var writer = Some.Writer(_directory.Path, SqliteStoreOptions.For(TimeSpan.FromDays(7), KeepBytes));
        var retention = new SqliteRetention(_directory.Path);
        var deleted = 0;
        for (var round = 0; round < 40; round++)
        {
            await Write(writer, 5_000);
            _time.Advance(TimeSpan.FromSeconds(10));
            var result = retention.Apply(TimeSpan.FromDays(7), KeepBytes, _time.GetUtcNow());
            deleted += result.Partitions;
            Assert.True(result.Bytes <= KeepBytes || PartitionName.List(_directory.Path).Count == 1, $"{result}");
        }

        Assert.True(deleted > 0);
        Assert.True(PartitionName.List(_directory.Path).Count > 1);
        Assert.InRange(await Count(), 5_000, _position - 5_000);
        using var reader = Some.Reader(_directory.Path);
        var oldestLost = await reader.SearchAsync(new SearchRequest(Some.Query("event.sequence : 0")), default);
        var newest = await reader.SearchAsync(new SearchRequest(Some.Query($"event.sequence : {_position - 1}")), default);
        Assert.Equal((0, 1), (oldestLost.Total, newest.Total));
    }

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    private async Task Write(SqliteDocumentWriter writer, int count)
    {
        var random = new Random((int)_position);
        for (var end = _position + count; _position < end; _position++)
        {
            writer.Begin(_position, Now);
            writer.Write(Some.Document((ulong)_position, $"word {random.NextInt64():x} {random.NextInt64():x} {random.NextInt64():x}"));
        }

        await writer.CommitAsync(_position, default);
    }

    private async Task<long> Count()
    {
        using var reader = Some.Reader(_directory.Path);
        return (await reader.SearchAsync(new SearchRequest(Some.Query("word"), Limit: 0), default)).Total;
    }
}
