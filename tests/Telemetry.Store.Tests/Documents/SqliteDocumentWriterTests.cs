using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

public sealed class SqliteDocumentWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task NewStoreBeginsAtZeroAndRemembersItsPosition()
    {
        await using (var writer = Some.Writer(_directory.Path))
        {
            Assert.Equal(0, writer.AppliedPosition);
            await Write(writer, 0, 10);
        }

        await using var again = Some.Writer(_directory.Path);
        Assert.Equal(10, again.AppliedPosition);
        Assert.False(again.Begin(9, Some.TimeUnixUs));
        Assert.True(again.Begin(10, Some.TimeUnixUs));
        Assert.Empty(again.SetAside);
    }

    [Fact]
    public async Task CommitDuringAReplayDoesNotGoBack()
    {
        await using (var writer = Some.Writer(_directory.Path))
        {
            await Write(writer, 0, 10);
        }

        await using var replay = Some.Writer(_directory.Path);
        Assert.False(replay.Begin(3, Some.TimeUnixUs));
        await replay.CommitAsync(4, default);
        Assert.Equal(10, replay.AppliedPosition);
        Assert.False(replay.Begin(4, Some.TimeUnixUs));
        await Write(replay, 10, 5);
        Assert.Equal(15, await Count());
    }

    [Fact]
    public async Task NothingIsSeenBeforeItsCommit()
    {
        await using var writer = Some.Writer(_directory.Path);
        writer.Begin(0, Some.TimeUnixUs);
        for (var i = 0; i < 5000; i++)
        {
            writer.Write(Some.Document((ulong)i, "x"));
        }

        Assert.True(writer.PendingBytes > 5000);
        Assert.Equal(0, await Count());
        await writer.CommitAsync(1, default);
        Assert.Equal(0, writer.PendingBytes);
        Assert.Equal(5000, await Count());
    }

    [Fact]
    public async Task CrashAtAnyPointKeepsDocumentsAndPositionTogether()
    {
        using var image = new TemporaryDirectory();
        var random = new Random(7);
        await using var writer = Some.Writer(_directory.Path, new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(40), MaxWidth = TimeSpan.FromSeconds(40) });
        var committed = 0;
        for (var position = 0; position < 120; position++)
        {
            writer.Begin(position, Some.TimeUnixUs + position * 1_000_000L);
            for (var i = 0; i < 100; i++)
            {
                writer.Write(Some.Document((ulong)(position * 100 + i), "x"));
            }

            // A roll to the next partition commits as well.
            committed = Math.Max(committed, (int)writer.AppliedPosition);
            if (random.Next(3) == 0)
            {
                await writer.CommitAsync(committed = position + 1, default);
            }

            if (random.Next(6) == 0)
            {
                var copy = image[$"{position}"];
                Directory.CreateDirectory(copy);
                foreach (var file in Directory.GetFiles(_directory.Path).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
                {
                    File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
                }

                await using (var survivor = Some.Writer(copy))
                {
                    Assert.Equal(committed, survivor.AppliedPosition);
                    Assert.Empty(survivor.SetAside);
                    Assert.Equal(committed * 100, await Count(copy));
                    for (var next = committed; next <= position; next++)
                    {
                        Assert.True(survivor.Begin(next, Some.TimeUnixUs + next * 1_000_000L));
                        survivor.Write(Some.Document((ulong)(next * 100), "x"));
                    }

                    await survivor.CommitAsync(position + 1, default);
                }

                Assert.Equal(committed * 100 + position + 1 - committed, await Count(copy));
            }
        }
    }

    [Fact]
    public async Task SmallCommitsAreMergedIntoFewBlocks()
    {
        await using var writer = Some.Writer(_directory.Path);
        for (var position = 0; position < 6000; position += 10)
        {
            await Write(writer, position, 10);
        }

        var name = Assert.Single(PartitionName.List(_directory.Path));
        using var partition = PartitionReader.Open(name);
        partition.BeginRead();
        Assert.Equal(4096, partition.Blocks[0].Count);
        Assert.InRange(partition.Blocks.Count, 2, 12);
        Assert.Equal(6000, partition.Blocks.Sum(block => block.Count));
        Assert.Equal(6000, await Count());
    }

    [Fact]
    public async Task PartitionsBeginByTimeAndBySize()
    {
        var options = new SqliteStoreOptions { MaxBytes = 1 << 20, TargetBytes = 1 << 20, MinWidth = TimeSpan.FromHours(1), MaxWidth = TimeSpan.FromHours(2) };
        await using var writer = Some.Writer(_directory.Path, options);
        var random = new Random(1);
        for (var i = 0; i < 40; i++)
        {
            writer.Begin(i, Some.TimeUnixUs);
            for (var d = 0; d < 100; d++)
            {
                writer.Write(Some.Document((ulong)(i * 100 + d), Convert.ToHexString(Bytes(random, 300))));
            }

            await writer.CommitAsync(i + 1, default);
        }

        var bySize = Directory.GetFiles(_directory.Path, "docs-*.db").Length;
        Assert.InRange(bySize, 2, 15);
        writer.Begin(40, Some.TimeUnixUs + (long)TimeSpan.FromHours(2).TotalMicroseconds + 10_000_000);
        writer.Write(Some.Document(4000, "x"));
        await writer.CommitAsync(41, default);
        Assert.Equal(bySize + 1, Directory.GetFiles(_directory.Path, "docs-*.db").Length);
        Assert.Equal(4001, await Count());
    }

    [Fact]
    public async Task FullDiskFailsTheCommitAndLeavesTheStoreUsable()
    {
        await using (var writer = Some.Writer(_directory.Path))
        {
            await Write(writer, 0, 10);
        }

        await using (var full = Some.Writer(_directory.Path, new SqliteStoreOptions { MaxPages = 40 }))
        {
            full.Begin(10, Some.TimeUnixUs);
            for (var i = 0; i < 9000; i++)
            {
                full.Write(Some.Document((ulong)i, $"document {i * 7919} and more"));
            }

            var failure = await Assert.ThrowsAsync<StoreException>(async () => await full.CommitAsync(11, default));
            Assert.Equal(SQLitePCL.raw.SQLITE_FULL, failure.Code);
            Assert.Equal(10, full.AppliedPosition);
            Assert.Equal(10, await Count());

            // What fits is stored again.
            Assert.True(full.Begin(10, Some.TimeUnixUs));
            full.Write(Some.Document(10, "x"));
            await full.CommitAsync(11, default);
            Assert.Equal(11, await Count());
        }

        await using var later = Some.Writer(_directory.Path);
        Assert.Equal(11, later.AppliedPosition);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("truncated")]
    [InlineData("empty")]
    [InlineData("zeroes")]
    public async Task DamagedPartitionIsSetAsideAndTheStoreStarts(string damage)
    {
        var options = new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(1), MaxWidth = TimeSpan.FromSeconds(1) };
        await using (var writer = Some.Writer(_directory.Path, options))
        {
            await Write(writer, 0, 5000);
            writer.Begin(5000, Some.TimeUnixUs + 10_000_000);
            writer.Write(Some.Document(5000, "x"));
            await writer.CommitAsync(5001, default);
        }

        var path = PartitionName.List(_directory.Path)[^1].Path;
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "garbage": File.WriteAllBytes(path, Bytes(new Random(1), bytes.Length)); break;
            case "truncated": File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]); break;
            case "empty": File.WriteAllBytes(path, []); break;
            default:
                bytes.AsSpan(8192).Clear();
                File.WriteAllBytes(path, bytes);
                break;
        }

        await using var again = Some.Writer(_directory.Path, options);
        var aside = Assert.Single(again.SetAside);
        Assert.Equal(path, aside.Path);
        Assert.True(File.Exists(aside.Evidence), aside.Reason);
        Assert.NotEmpty(aside.Reason);

        // The bus still has what the damaged partition held.
        Assert.Equal(5000, again.AppliedPosition);
        Assert.True(again.Begin(5000, Some.TimeUnixUs + 10_000_000));
        again.Write(Some.Document(5000, "x"));
        await again.CommitAsync(5001, default);
        Assert.Equal(5001, await Count());
    }

    [Fact]
    public async Task PartitionOfANewerVersionIsLeftAlone()
    {
        await Some.Store(_directory.Path, [Some.Document(0, "x")]);
        var path = PartitionName.List(_directory.Path)[0].Path;
        using (var database = SqliteDatabase.OpenExisting(path))
        {
            database.Execute("PRAGMA user_version = 3");
        }

        await using var writer = Some.Writer(_directory.Path);
        var aside = Assert.Single(writer.SetAside);
        Assert.Null(aside.Evidence);
        Assert.Contains("format 3", aside.Reason, StringComparison.Ordinal);
        Assert.True(File.Exists(path));
        await Write(writer, 0, 1);
        List<ReaderFault> faults = [];
        using var reader = new SqliteDocumentReader([_directory.Path], TimeProvider.System, faults.Add);
        Assert.Equal(1, (await reader.SearchAsync(new SearchRequest(Some.Query("")), default)).Total);
        Assert.Equal(path, Assert.Single(faults).Path);
    }

    [Fact]
    public async Task UnfinishedPartitionIsForgotten()
    {
        File.WriteAllText(_directory["docs-1.db.new"], "");
        await using var writer = Some.Writer(_directory.Path);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task HostileValuesAreCountedAndComeBack()
    {
        var document = Some.Document(0, "a\0b \u2028 line");
        document.Set(Fields.Message, [0xFF, 0xFE, (byte)'x', 0xC3]);
        document.Set(Fields.Message, new string('m', 256 << 10));
        document.Set(Fields.Tags, "");
        document.Set(Fields.Tags, [0]);
        document.Set(Fields.Tags, new string('t', 256 << 10));
        var names = new LabelNames();
        for (var i = 0; document.FieldCount < Document.MaxFields; i++)
        {
            Assert.True(names.TryGet(System.Text.Encoding.UTF8.GetBytes($"k{i}"), out var name));
            document.Set(name, $"v{i}");
        }

        document.Set(Fields.LogLogger, "refused");
        Assert.Equal(1, document.RefusedFields);
        var empty = new Document();
        empty.Reset(Some.Record(1), -1);
        empty.TimestampUnixUs = long.MinValue;
        var late = new Document();
        late.Reset(new Wire.RecordId(Some.Lifetime, Some.Stream, Some.Epoch, ulong.MaxValue), long.MaxValue);
        await Some.Store(_directory.Path, [document, empty, late]);

        using var reader = Some.Reader(_directory.Path);
        var all = await reader.SearchAsync(new SearchRequest(Some.Query("")), default);
        Assert.Equal((3, 3), (all.Total, all.Hits.Count));
        Assert.Equal([ulong.MaxValue, 0, 1], all.Hits.Select(hit => hit.Record.Seq));
        var hit = all.Hits[1];
        var messages = (IReadOnlyList<object>)hit.Fields.Single(field => field.Key == "message").Value;
        Assert.Equal(["a\0b \u2028 line", "\uFFFD\uFFFDx\uFFFD", new string('m', 256 << 10)], messages);
        Assert.Equal("v9", hit.Fields.Single(field => field.Key == "labels.k9").Value);
        Assert.Equal(1, (await reader.SearchAsync(new SearchRequest(Some.Query("labels.k9 : v9 and message : line")), default)).Total);
        var histogram = await reader.HistogramAsync(new HistogramRequest(Some.Query(""), null, null), default);
        Assert.Equal(3, histogram.Total);
        foreach (var one in all.Hits)
        {
            Assert.Contains(one.Id, (await reader.ContextAsync(one.Id, 1, 1, default)).Select(other => other.Id));
        }
    }

    [Fact]
    public async Task MoreAttributesThanAPartitionTakesStayInTheLine()
    {
        await using var writer = Some.Writer(_directory.Path);
        var names = new LabelNames(limit: 100_000);
        for (var i = 0; i < 40_000; i += 200)
        {
            var document = new Document();
            document.Reset(Some.Record((ulong)i), Some.TimeUnixUs);
            for (var k = i; k < i + 200; k++)
            {
                names.TryGet(System.Text.Encoding.UTF8.GetBytes($"a{k}"), out var name);
                document.Set(name, "v");
            }

            writer.Begin(i, Some.TimeUnixUs);
            writer.Write(document);
        }

        await writer.CommitAsync(40_000, default);
        Assert.Equal(200, await Count());
        using var reader = Some.Reader(_directory.Path);
        Assert.Equal(1, (await reader.SearchAsync(new SearchRequest(Some.Query("labels.a30000 : v")), default)).Total);
        Assert.Equal(0, (await reader.SearchAsync(new SearchRequest(Some.Query("labels.a39999 : v")), default)).Total);
    }

    [Fact]
    public async Task WritingADocumentDoesNotAllocate()
    {
        await using var writer = Some.Writer(_directory.Path);
        Document[] documents = [.. Enumerable.Range(0, 97).Select(i => Some.Document((ulong)i, $"Request {i * 7919} done in {i} ms"))];
        writer.Begin(0, Some.TimeUnixUs);
        Pass(20_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Pass(20_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);

        void Pass(int count)
        {
            for (var i = 0; i < count; i++)
            {
                writer.Write(documents[i % documents.Length]);
            }
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task Write(SqliteDocumentWriter writer, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            Assert.True(writer.Begin(i, Some.TimeUnixUs));
            writer.Write(Some.Document((ulong)i, "x"));
        }

        await writer.CommitAsync(first + count, default);
    }

    private async Task<long> Count(string? directory = null)
    {
        using var reader = Some.Reader(directory ?? _directory.Path);
        return (await reader.SearchAsync(new SearchRequest(Some.Query(""), Limit: 0), default)).Total;
    }
}
