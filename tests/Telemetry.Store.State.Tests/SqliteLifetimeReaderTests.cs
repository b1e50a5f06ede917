using Telemetry.Autopsy;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Store.State.Tests;

public sealed class SqliteLifetimeReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTime _time = new();

    [Fact]
    public async Task WithoutStateThereAreNone()
    {
        var reader = Reader();
        Assert.Empty(await reader.ListAsync(null, null, 10, default));
        Assert.Null(await reader.GetAsync(LifetimeId.From("i", "b"), default));
        Assert.Empty(await reader.CrashesAsync(null, null, 10, default));
    }

    [Fact]
    public async Task LifetimesOfBothLanesAreListedNewestFirst()
    {
        using var critical = Open(Lane.Critical);
        using var bulk = Open(Lane.Bulk);
        var (first, second, unknown) = (LifetimeId.From("i", "1"), LifetimeId.From("i", "2"), LifetimeId.From("j", "1"));
        Say(critical, first, "i", 100, 200);
        Say(critical, second, "i", 300, 400);
        bulk.Lifetime(first).Heard(250, 250);
        bulk.Lifetime(unknown).Heard(350, 350);
        critical.Save(critical.Take(1, 400));
        bulk.Save(bulk.Take(1, 400));

        var all = await Reader().ListAsync(null, null, 10, default);
        Assert.Equal([unknown, second, first], all.Select(l => l.Id));
        Assert.Equal(second, all[2].Successor);
        Assert.Equal(first, all[1].Predecessor);
        Assert.Equal(LifetimeState.Replaced, all[2].State);
        Assert.Equal(250, all[2].LastProofOfLifeUnixUs);
        Assert.Equal([unknown, second], (await Reader().ListAsync(null, null, 2, default)).Select(l => l.Id));
        Assert.Equal([first], (await Reader().ListAsync(0, 290, 10, default)).Select(l => l.Id));
        Assert.Equal([first], (await Reader().ListAsync(220, 260, 10, default)).Select(l => l.Id));
        Assert.Equal([second], (await Reader().ListAsync(360, null, 10, default)).Select(l => l.Id));
    }

    [Fact]
    public async Task SilenceIsJudgedByWhatIsIndexedNotByTheClock()
    {
        var lifetime = LifetimeId.From("i", "1");
        var now = (_time.GetUtcNow().Ticks - DateTime.UnixEpoch.Ticks) / 10;
        using var critical = Open(Lane.Critical);
        Say(critical, lifetime, "i", now, now);
        critical.Save(critical.Take(1, now));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(LifetimeState.Alive, (await Reader().GetAsync(lifetime, default))!.State);
        critical.CaughtUp(now + 60_000_000);
        var silent = (await Reader().GetAsync(lifetime, default))!;
        Assert.Equal(LifetimeState.Silent, silent.State);
        Assert.Equal(now, silent.EndUnixUs);
    }

    [Fact]
    public async Task CrashesAreListedNewestFirstWithinTheRange()
    {
        using var critical = Open(Lane.Critical);
        for (var i = 0; i < 5; i++)
        {
            var id = LifetimeId.From("i", $"{i}");
            Say(critical, id, "i", i, i);
            critical.AddCrash(new LifetimeCrash(id, $"c{i}", $"d{i}", i * 10, "signal", "SIGSEGV", "", "x", null, "SIGSEGV", "", "", 1, "i", "h"));
        }

        critical.AddCrash(new LifetimeCrash(LifetimeId.From("i", "1"), "c1", "d1", 10, "signal", "SIGSEGV", "", "x", null, "SIGSEGV", "", "", 1, "i", "h"));
        critical.Save(critical.Take(1, 1));
        Assert.Equal(["c4", "c3", "c2", "c1", "c0"], (await Reader().CrashesAsync(null, null, 10, default)).Select(c => c.Id));
        Assert.Equal(["c3", "c2"], (await Reader().CrashesAsync(10, 40, 2, default)).Select(c => c.Id));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AFileThatItsOwnerHasNotOpenedSinceTheUpgradeIsRead()
    {
        using (var critical = Open(Lane.Critical))
        {
            Say(critical, LifetimeId.From("i-1", "b1"), "i-1", 100, 200);
            critical.Stream(new StreamEpoch(LifetimeId.From("i-1", "b1"), new StreamId(1), new Epoch(1))).Reached(5);
            critical.Save(critical.Take(1, 1));
        }

        await using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_directory["critical/state.db"]};Pooling=False"))
        {
            await file.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = file.CreateCommand();
            command.CommandText = "ALTER TABLE streams DROP COLUMN refused";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var lifetime = await new SqliteLifetimeReader(_directory.Path, TimeProvider.System)
            .GetAsync(LifetimeId.From("i-1", "b1"), TestContext.Current.CancellationToken);
        Assert.Equal(5ul, Assert.Single(lifetime!.Streams).Produced);
    }

    private static void Say(SqliteLaneState state, LifetimeId id, string instance, long first, long last)
    {
        var facts = state.Lifetime(id);
        facts.Heard(first, first);
        facts.Heard(last, last);
        facts.Identity = new ServerIdentity { InstanceId = instance };
    }

    private SqliteLifetimeReader Reader() => new(_directory.Path, _time);

    private SqliteLaneState Open(Lane lane) => SqliteLaneState.Open(
        Path.Combine(_directory.Path, lane == Lane.Critical ? "critical" : "bulk", "state.db"), lane, _time);
}
