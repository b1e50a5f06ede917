using Telemetry.Store.Holds;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Documents;

public sealed class HeldPartitionTests : IDisposable
{
    private static readonly LifetimeId Other = LifetimeId.From("i-2", "boot-1");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddMicroseconds(Some.TimeUnixUs).AddDays(30);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task ThePartitionsOfAHeldLifetimeStayAndTheOthersGo()
    {
        await WriteAsync([Some.Lifetime, Other, Some.Lifetime, Other, Other]);
        var retention = new SqliteRetention(_directory.Path);

        var result = retention.Apply(TimeSpan.FromDays(1), long.MaxValue, Now, new HashSet<LifetimeId> { Some.Lifetime });

        Assert.Equal(2, result.Partitions);
        Assert.True(result.HeldBytes > 0 && result.HeldBytes < result.Bytes);
        Assert.Equal([Some.Lifetime, Some.Lifetime, Other], await LifetimesAsync());

        // Released, they go at the next turn.
        Assert.Equal(2, retention.Apply(TimeSpan.FromDays(1), long.MaxValue, Now).Partitions);
        Assert.Equal([Other], await LifetimesAsync());
    }

    [Fact]
    public async Task TheByteBoundTakesWhatIsNotHeld()
    {
        await WriteAsync([Some.Lifetime, Other, Other, Other]);

        var result = new SqliteRetention(_directory.Path).Apply(TimeSpan.MaxValue / 2, 1, DateTimeOffset.UnixEpoch.AddYears(60), new HashSet<LifetimeId> { Some.Lifetime });

        Assert.Equal([Some.Lifetime, Other], await LifetimesAsync());
        Assert.True(result.HeldBytes > 1);
    }

    [Fact]
    public async Task OfAPartitionThatCannotBeReadNobodyKnows()
    {
        await WriteAsync([Other, Other, Other]);
        await File.WriteAllBytesAsync(PartitionName.List(_directory.Path)[0].Path, new byte[8192]);

        new SqliteRetention(_directory.Path).Apply(TimeSpan.FromDays(1), long.MaxValue, Now, new HashSet<LifetimeId> { Some.Lifetime });

        Assert.Equal(2, PartitionName.List(_directory.Path).Count);
    }

    [Fact]
    public void HoldsAreWhatWasSaidLastAlsoByAnotherProcess()
    {
        var (one, two) = (new HoldFile(_directory.Path), new HoldFile(_directory.Path));
        Assert.Empty(one.List());

        Assert.True(two.Add(new Hold(Some.Lifetime, "an incident", "ada", 1)));
        Assert.False(two.Add(new Hold(Some.Lifetime, "another", "bob", 2)));
        Assert.Equal([new Hold(Some.Lifetime, "an incident", "ada", 1)], one.List());
        Assert.True(one.Release(Some.Lifetime));
        Assert.False(one.Release(Some.Lifetime));

        Assert.Empty(two.Held());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["holds.json"]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"format":2,"holds":[]}""")]
    [InlineData("""{"format":1,"holds":[{"lifetime":"nobody"}]}""")]
    [InlineData("""{"format":1,"holds":[null]}""")]
    public void AFileThatCannotBeReadHoldsEverything(string content)
    {
        File.WriteAllText(_directory["holds.json"], content);

        Assert.Throws<IOException>(() => new HoldFile(_directory.Path).Held());
    }

    public void Dispose() => _directory.Dispose();

    private async Task WriteAsync(LifetimeId[] lifetimes)
    {
        await using var writer = Some.Writer(_directory.Path);
        var document = new Document();
        for (var i = 0; i < lifetimes.Length; i++)
        {
            // A day later a new partition begins.
            writer.Begin(i, Some.TimeUnixUs + i * 86_400_000_000L);
            document.Reset(new RecordId(lifetimes[i], Some.Stream, Some.Epoch, (ulong)i), Some.TimeUnixUs + i);
            document.Set(Fields.Message, "hello");
            writer.Write(document);
            await writer.CommitAsync(i + 1, default);
        }
    }

    private async Task<List<LifetimeId>> LifetimesAsync()
    {
        using var reader = Some.Reader(_directory.Path);
        var found = await reader.SearchAsync(new SearchRequest(Some.Query("*")), default);
        return [.. found.Hits.OrderBy(hit => hit.Record.Seq).Select(hit => hit.Record.Lifetime)];
    }
}
