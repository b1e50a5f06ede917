using System.Text;
using Telemetry.Query;
using Telemetry.Store.Purging;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

public sealed class PurgeTests : IDisposable
{
    private static readonly CancellationToken Never = CancellationToken.None;

    // No packing makes it shorter, so that it can be looked for in files.
    private const string Secret = "q7Zx9Kp2Vw5Tn8Rb3Lm6Hd1Jf4Gs0Yc";

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task NothingOfWhatIsPurgedIsLeftInAnyFile()
    {
        await using var writer = Some.Writer(_directory.Path);
        for (var i = 0UL; i < 600; i++)
        {
            // A commit each few documents leaves former versions of blocks in free pages.
            writer.Begin((long)i, Some.TimeUnixUs);
            writer.Write(Some.Document(i, i % 7 == 3 ? $"password is {Secret} for {i}" : $"request {i} done"));
            if (i % 5 == 0)
            {
                await writer.CommitAsync((long)i + 1, Never);
            }
        }

        await writer.CommitAsync(600, Never);
        Assert.True(FilesHold(Secret) && FilesHold(Secret.ToLowerInvariant()));
        var before = await AllAsync();

        var found = await PurgeAsync(writer, $"\"{Secret}\"");

        Assert.Equal(86, found.Documents.Count);
        Assert.False(FilesHold(Secret) || FilesHold(Secret.ToLowerInvariant()));
        Assert.Equal(before.Where(text => !text.Contains(Secret)), await AllAsync());
        Assert.Equal(600, writer.AppliedPosition);
    }

    [Fact]
    public async Task WritingGoesOnAndATailMissesNothing()
    {
        await using var writer = Some.Writer(_directory.Path);
        await WriteAsync(writer, 0, 10);
        using var reader = Some.Reader(_directory.Path);
        var end = (await reader.ArrivedAsync(new MatchAll(), null, 100, Never)).Cursor;

        // The whole last block, and a part of another.
        await PurgeAsync(writer, "event.sequence >= 4");
        await WriteAsync(writer, 10, 3);

        var arrived = await reader.ArrivedAsync(new MatchAll(), end, 100, Never);
        Assert.Equal([10, 11, 12], arrived.Documents.Select(d => d.Record.Seq).Order().Select(seq => (int)seq));
        Assert.Equal(7, (await reader.SearchAsync(new SearchRequest(new MatchAll()), Never)).Total);
    }

    [Fact]
    public async Task AllOfAPartitionMayGo()
    {
        await using (var writer = Some.Writer(_directory.Path))
        {
            await WriteAsync(writer, 0, 50);
            await PurgeAsync(writer, "*");
        }

        await using var again = Some.Writer(_directory.Path);
        Assert.Empty(again.SetAside);
        Assert.Equal(50, again.AppliedPosition);
        Assert.Empty(await AllAsync());
        await WriteAsync(again, 50, 2);
        Assert.Equal(2, (await AllAsync()).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task WhatStaysIsWhatDidNotMatchWithEveryField(int seed)
    {
        var random = new Random(seed);
        await using var writer = Some.Writer(_directory.Path);
        var document = new Document();
        for (var i = 0UL; i < 3000; i++)
        {
            writer.Begin((long)i, Some.TimeUnixUs);
            document.Reset(Some.Record(i), Some.TimeUnixUs + random.Next(1_000_000));
            document.TimestampUnixUs = Some.TimeUnixUs + random.Next(2_000_000);
            document.Set(Fields.Message, string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => $"w{random.Next(40)}")));
            document.Set(Fields.EventSequence, (long)i);
            for (var n = random.Next(4); n > 0; n--)
            {
                document.Set(Fields.LogLevel, $"level{random.Next(3)}");
            }

            if (random.Next(3) == 0)
            {
                document.Set(new FieldName($"labels.l{random.Next(20)}", FieldType.Keyword), $"é{random.Next()}");
                document.Set(Fields.EventIngested, Some.TimeUnixUs + random.Next());
            }

            writer.Write(document);
            if (random.Next(100) == 0)
            {
                await writer.CommitAsync((long)i + 1, Never);
            }
        }

        await writer.CommitAsync(3000, Never);
        foreach (var query in (string[])["message : w3", "log.level : level1 and message : \"w1 w2\"", "labels.l4 : *", "not message : *"])
        {
            var kept = await AllAsync($"not ({query})");
            await PurgeAsync(writer, query);
            Assert.Equal(kept, await AllAsync());
            Assert.Empty(await AllAsync(query));
        }
    }

    [Fact]
    public async Task OnlyTheRangeIsPurged()
    {
        await using var writer = Some.Writer(_directory.Path);
        await WriteAsync(writer, 0, 10);

        var found = await writer.FindAsync(
            new PurgeRequest(new MatchAll(), Some.TimeUnixUs + 3000, Some.TimeUnixUs + 5000, Some.TimeUnixUs), Never);
        Assert.Empty(await writer.DeleteAsync(found, Never));

        Assert.Equal(2, found.Documents.Count);
        Assert.Equal(8, (await AllAsync()).Count);
    }

    [Fact]
    public async Task AReaderThatIsInTheMiddleSeesWhatWasThereAndTheLogIsEmptiedAfterIt()
    {
        await using var writer = Some.Writer(_directory.Path);
        await WriteAsync(writer, 0, 10);
        var name = PartitionName.List(_directory.Path).Single();
        var partition = PartitionReader.Open(name);
        partition.BeginRead();
        var purging = Task.Run(() => PurgeAsync(writer, "*"));
        await Eventually.Holds(async () => (await AllAsync()).Count == 0, "readers that begin now see nothing");
        Assert.Equal(10, partition.Blocks.Sum(block => block.Count));
        partition.EndRead();
        partition.Dispose();

        await purging;

        Assert.False(File.Exists(name.Path + "-wal") && new FileInfo(name.Path + "-wal").Length > 0);
    }

    [Fact]
    public async Task APurgeThatWasKilledBeforeTheFileWasRewrittenIsEndedAtTheNextStart()
    {
        await using (var writer = Some.Writer(_directory.Path))
        {
            await WriteAsync(writer, 0, 10);
        }

        var name = PartitionName.List(_directory.Path).Single();
        using (var database = SqliteDatabase.OpenExisting(name.Path))
        {
            database.Execute($"CREATE TABLE waste(x); INSERT INTO waste VALUES('{Secret}'); DROP TABLE waste; INSERT INTO meta VALUES('unscrubbed', 1)");
        }

        Assert.True(FilesHold(Secret));
        await using var again = Some.Writer(_directory.Path);
        Assert.False(FilesHold(Secret));
        Assert.Equal(10, (await AllAsync()).Count);
    }

    [Fact]
    public async Task ADamagedPartitionIsToldOf()
    {
        await using var writer = Some.Writer(_directory.Path);
        await WriteAsync(writer, 0, 10);
        DamageMark.Put(PartitionName.List(_directory.Path).Single(), "a chunk does not unpack");

        var found = await PurgeAsync(writer, "*");

        Assert.Empty(found.Documents);
        Assert.Contains(found.Incomplete, reason => reason.Contains("10 documents stay in it"));
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<PurgeMatches> PurgeAsync(SqliteDocumentWriter writer, string query)
    {
        var found = await writer.FindAsync(new PurgeRequest(Some.Query(query), null, null, Some.TimeUnixUs), Never);
        Assert.Empty(await writer.DeleteAsync(found, Never));
        return found;
    }

    private static async Task WriteAsync(SqliteDocumentWriter writer, ulong first, ulong count)
    {
        for (var i = first; i < first + count; i++)
        {
            writer.Begin((long)i, Some.TimeUnixUs);
            writer.Write(Some.Document(i, $"request {i} done"));
            await writer.CommitAsync((long)i + 1, Never);
        }
    }

    private async Task<List<string>> AllAsync(string query = "*")
    {
        using var reader = Some.Reader(_directory.Path);
        var result = await reader.SearchAsync(new SearchRequest(Some.Query(query), Limit: 10_000), Never);
        Assert.Empty(result.Incomplete);
        return [.. result.Hits.Select(hit =>
        {
            var bytes = new System.Buffers.ArrayBufferWriter<byte>();
            using (var json = new System.Text.Json.Utf8JsonWriter(bytes))
            {
                hit.WriteTo(json);
            }

            return Encoding.UTF8.GetString(bytes.WrittenSpan);
        })];
    }

    private bool FilesHold(string text) => Directory.GetFiles(_directory.Path)
        .Any(file => File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
}
