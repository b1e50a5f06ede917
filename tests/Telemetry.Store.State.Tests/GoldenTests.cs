using System.Runtime.CompilerServices;
using Telemetry.Autopsy;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Store.State.Tests;

/// <summary>A file that version 1 wrote: every later version reads it. It is never written again.</summary>
public sealed class GoldenTests
{
    private static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "b-1");
    private static readonly StreamEpoch Key = new(Lifetime, new StreamId(1), new Epoch(2));

    [Fact]
    public async Task FileOfVersion1IsRead()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "critical", "state.db");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy(Golden(), path);
        using (var state = SqliteLaneState.Open(path, Lane.Critical, TimeProvider.System))
        {
            Assert.Null(state.SetAside);
            Assert.Equal(4711, state.Position);
            Assert.True(state.TryFindRun(Key, 20, out var run));
            Assert.Equal(new ReceivedRun(10, 6, 100, 9), run);
        }

        var lifetime = (await new SqliteLifetimeReader(directory.Path, TimeProvider.System).GetAsync(Lifetime, default))!;
        Assert.Equal(("web-1", "Europe/Berlin", LifetimeState.Sealed, "shutdown"), (lifetime.HostName, lifetime.TimeZone, lifetime.State, lifetime.EndReason));
        Assert.Equal("api", Assert.Single(lifetime.Workloads).Name);
        Assert.Equal("SIGSEGV", Assert.Single(lifetime.Crashes).Title);
        Assert.Equal("spool_full", Assert.Single(lifetime.Losses).Reason);
        Assert.Equal(0.5, lifetime.Vitals["load1"]);
        var stream = Assert.Single(lifetime.Streams);
        Assert.Equal(("/var/log/x", 40ul, 20ul, 5ul, 15ul), (stream.Name, stream.Produced, stream.Stored, stream.Lost, stream.Missing));
    }

    private static string Golden([CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, "golden", "v1", "state.db");
        if (!File.Exists(path))
        {
            Write(path);
            Assert.Fail($"Written anew: {path}");
        }

        return path;
    }

    private static void Write(string path)
    {
        using (var state = SqliteLaneState.Open(path, Lane.Critical, TimeProvider.System))
        {
            var facts = state.Lifetime(Lifetime);
            facts.Identity = new ServerIdentity { InstanceId = "i-1", BootId = "b-1", HostName = "web-1", TimeZone = "Europe/Berlin" };
            facts.Heard(50, 100);
            facts.Seal = new EndingFact(60, true, "shutdown");
            facts.Vitals["load1"] = new VitalFact(0.5, 7);
            facts.Workload("w").Name = "api";
            facts.AddRun(-5);
            state.AddRun(Key, new Run(Key.Stream, Key.Epoch, 0, 10, 50), new ReceivedRun(10, 5, 100, 8));
            state.AddRun(Key, new Run(Key.Stream, Key.Epoch, 20, 10, 50), new ReceivedRun(10, 6, 100, 9));
            var stream = state.Stream(Key);
            (stream.Name, stream.Kind, stream.Lane) = ("/var/log/x", "file", Lane.Bulk);
            stream.AddLost(10, 5);
            stream.Reached(40);
            state.AddLoss(Lifetime, new LifetimeLoss(Key.Stream, Key.Epoch, 10, 5, 0, "spool_full", "", 9));
            state.AddCrash(new LifetimeCrash(Lifetime, "c1", "d1", 55, "signal", "SIGSEGV", "w", "/bin/x", null, "SIGSEGV", "", "", 3, "i-1", "web-1"));
            state.Save(state.Take(4711, 100));
        }

        File.Delete(path + ".lock");
    }
}
