using Telemetry.Query;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>What the store finds is what <see cref="KqlMatcher"/> matches, for random documents and random queries.</summary>
public sealed class QueryEqualityTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1, 60, 7)]
    [InlineData(2, 300, 1000)]
    [InlineData(3, 300, 23)]
    [InlineData(4, 4500, 1700)]
    [InlineData(5, 8300, 100_000)]
    public async Task StoreFindsWhatTheMatcherMatches(int seed, int count, int perCommit)
    {
        var random = new Random(seed);
        var corpus = new RandomCorpus(random);
        List<Document> documents = [.. Enumerable.Range(0, count).Select(corpus.Document)];
        await using (var writer = Some.Writer(_directory.Path, new SqliteStoreOptions { MinWidth = TimeSpan.FromSeconds(2000), MaxWidth = TimeSpan.FromSeconds(2000) }))
        {
            for (var i = 0; i < count; i++)
            {
                writer.Begin(i, Some.TimeUnixUs + i * 1_000_000L);
                writer.Write(documents[i]);
                if (i % perCommit == perCommit - 1)
                {
                    await writer.CommitAsync(i + 1, default);
                }
            }

            await writer.CommitAsync(count, default);
            await Compare(random, corpus, documents, 100_000 / (count + 1000));
        }

        // Packed.
        await Compare(random, corpus, documents, 200_000 / (count + 1000));
    }

    private async Task Compare(Random random, RandomCorpus corpus, List<Document> documents, int queries)
    {
        var time = new FakeTime();
        using var reader = Some.Reader(_directory.Path);
        var values = new DocumentValues();
        for (var q = 0; q < queries; q++)
        {
            var tree = corpus.Query(3);
            var matcher = KqlMatcher.Compile(tree, FieldTyping.Instance, time.GetUtcNow().ToUnixTimeMilliseconds() * 1000);
            long? since = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 500L : null;
            long? until = random.Next(3) == 0 ? Some.TimeUnixUs + random.Next(documents.Count) * 1500L : null;
            HashSet<ulong> expected = [];
            foreach (var document in documents)
            {
                values.Document = document;
                if (document.TimestampUnixUs >= (since ?? long.MinValue) && document.TimestampUnixUs < (until ?? long.MaxValue)
                    && matcher.Matches(values))
                {
                    expected.Add(document.Record.Seq);
                }
            }

            var result = await reader.SearchAsync(new SearchRequest(tree, since, until, Limit: 10_000), default);
            Assert.True(
                expected.SetEquals(result.Hits.Select(hit => hit.Record.Seq)) && result.Total == expected.Count,
                $"{tree}: {result.Total} of {expected.Count}; {string.Join(' ', expected.Except(result.Hits.Select(hit => hit.Record.Seq)).Take(5))} | {string.Join(' ', result.Hits.Select(hit => hit.Record.Seq).Except(expected).Take(5))}");
            Assert.Equal(result.Hits.OrderByDescending(hit => hit.TimestampUnixUs).ThenByDescending(hit => hit.Record.Seq).Select(hit => hit.Id), result.Hits.Select(hit => hit.Id));
            var histogram = await reader.HistogramAsync(new HistogramRequest(tree, since, until, 20), default);
            Assert.Equal(expected.Count, histogram.Total);
            Assert.Equal(expected.Count, histogram.Buckets.Sum(bucket => bucket.Count));
            Assert.InRange(histogram.Buckets.Count, 0, 20);
        }
    }
}
