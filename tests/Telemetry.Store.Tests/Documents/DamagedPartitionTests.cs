using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>Damage within a partition is told, hides no more than itself, and is mended where the bus still can.</summary>
public sealed class DamagedPartitionTests : IDisposable
{
    private const int Stored = 3 * BlockLimits.MaxDocuments;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<ReaderFault> _faults = [];

    private string Partition => PartitionName.List(_directory.Path)[0].Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AnswersSayWhatTheyLackAndHoldTheRest()
    {
        await Store();
        Flip("chunk");
        Flip("term");
        using var reader = Reader();
        foreach (var query in (string[])["", "message : word", "not message : none", "log.level : info", "\"word 4100\" or word"])
        {
            var found = await reader.SearchAsync(new SearchRequest(Some.Query(query), Limit: 10_000), default);
            Assert.InRange(found.Total, Stored - BlockLimits.MaxDocuments, Stored);
            Assert.InRange(found.Hits.Count, Stored - BlockLimits.MaxDocuments, Stored);
            Assert.Equal($"{Path.GetFileName(Partition)}: a chunk is damaged", Assert.Single(found.Incomplete));
        }

        var histogram = await reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null), default);
        Assert.Equal(Stored - BlockLimits.MaxDocuments, histogram.Total);
        Assert.Single(histogram.Incomplete);
        var last = await reader.LastAsync(Some.Lifetime, null, 5000, default);
        Assert.Equal(5000, last.Count);
        Assert.Single(last.Incomplete);
        var context = await reader.ContextAsync(last[^1].Id, 10, 10, default);
        Assert.Equal(11, context.Count);
        Assert.Single(context.Incomplete);
        Assert.All(_faults, fault => Assert.Equal(Partition, fault.Path));
        Assert.Contains(Partition, Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RubbishInTheMiddleOfAFileIsTold()
    {
        await Store();
        using (var file = new FileStream(Partition, FileMode.Open, FileAccess.Write))
        {
            var rubbish = new byte[60_000];
            new Random(1).NextBytes(rubbish);
            file.Position = file.Length / 2 / 8192 * 8192;
            file.Write(rubbish);
        }

        using var reader = Reader();
        Assert.NotEmpty((await reader.SearchAsync(new SearchRequest(Some.Query("not message : none"), Limit: 10_000), default)).Incomplete);
        Assert.NotEmpty(reader.Problems);
    }

    [Fact]
    public async Task AWholeStoreIsComplete()
    {
        await Store();
        using var reader = Reader();
        Assert.Empty((await reader.SearchAsync(new SearchRequest(Some.Query("word")), default)).Incomplete);
        Assert.Empty((await reader.HistogramAsync(new HistogramRequest(Some.Query("word"), null, null), default)).Incomplete);
        Assert.Empty((await reader.LastAsync(Some.Lifetime, null, 3, default)).Incomplete);
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public async Task WhatTheBusStillHasIsWrittenAgain()
    {
        await Store();
        Flip("chunk");
        await FindDamage();

        await using var writer = Some.Writer(_directory.Path);
        Assert.NotNull(Assert.Single(writer.SetAside).Evidence);
        Assert.Equal(0, writer.AppliedPosition);
        await Write(writer, 0, Stored);
        using var reader = Reader();
        var found = await reader.SearchAsync(new SearchRequest(Some.Query("word")), default);
        Assert.Equal(Stored, found.Total);
        Assert.Empty(found.Incomplete);
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public async Task WhatTheBusHasNoMoreIsKeptAsFarAsItCanBeRead()
    {
        await Store();
        Flip("chunk");
        await FindDamage();
        for (var start = 0; start < 2; start++)
        {
            await using var writer = SqliteDocumentWriter.Open(_directory.Path, Some.Options, TimeProvider.System, oldestOnBus: 1);
            Assert.Null(Assert.Single(writer.SetAside).Evidence);
            Assert.Equal(Stored + start, writer.AppliedPosition);
            await Write(writer, Stored + start, Stored + start + 1);
        }

        using var reader = Reader();
        var found = await reader.SearchAsync(new SearchRequest(Some.Query("log.level : info")), default);
        Assert.Equal(Stored - BlockLimits.MaxDocuments + 2, found.Total);
        Assert.NotEmpty(found.Incomplete);
        Assert.Equal(2, PartitionName.List(_directory.Path).Count);
    }

    private SqliteDocumentReader Reader() => new([_directory.Path], TimeProvider.System, _faults.Add);

    private async Task FindDamage()
    {
        using var reader = Reader();
        Assert.NotEmpty((await reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null), default)).Incomplete);
    }

    private async Task Store()
    {
        await using var writer = Some.Writer(_directory.Path);
        await Write(writer, 0, Stored);
    }

    private static async Task Write(SqliteDocumentWriter writer, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            writer.Begin(i, Some.TimeUnixUs);
            writer.Write(Some.Document((ulong)i, $"word {i}"));
        }

        await writer.CommitAsync(to, default);
    }

    // One byte of each blob of the second block; SQLite's own structure stays sound.
    private void Flip(string table)
    {
        using var database = SqliteDatabase.OpenExisting(Partition);
        List<(long Id, byte[] Data)> rows = [];
        using (var select = database.Prepare($"SELECT id, data FROM {table}"))
        {
            while (select.Step())
            {
                if (select.Int64(0) >= ChunkKey.First(BlockLimits.MaxDocuments) && select.Int64(0) <= ChunkKey.Last(BlockLimits.MaxDocuments))
                {
                    rows.Add((select.Int64(0), select.Blob(1).ToArray()));
                }
            }
        }

        Assert.NotEmpty(rows);
        using var update = database.Prepare($"UPDATE {table} SET data = ? WHERE id = ?");
        foreach (var (id, data) in rows)
        {
            data[data.Length / 2] ^= 0x10;
            update.Bind(1, data);
            update.Bind(2, id);
            update.Run();
        }
    }
}
