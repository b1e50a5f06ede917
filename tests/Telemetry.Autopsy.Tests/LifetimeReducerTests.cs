using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Autopsy.Tests;

public class LifetimeReducerTests
{
    private static readonly LifetimeId Id = LifetimeId.From("i", "b");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void OrderAndRepetitionDoNotMatter(int seed)
    {
        var random = new Random(seed);
        var records = Enumerable.Range(0, 200).Select(i => (Minted: 1000L + i, Record: Random(random, i))).ToList();
        var straight = Reduce(records);
        var shuffled = Reduce(records.OrderBy(_ => random.Next()));
        var repeated = Reduce([.. records.OrderBy(_ => random.Next()), .. records.OrderBy(_ => random.Next())], losses: false);
        Assert.Equal(Text(straight, losses: true), Text(shuffled, losses: true));
        Assert.Equal(Text(straight, losses: false), Text(repeated, losses: false));
    }

    [Fact]
    public void LaterIdentityWins()
    {
        var facts = Reduce([(2, Start("r2", "new")), (1, Start("r1", "old"))]);
        Assert.Equal("new", facts.Lifetime(Id).Identity!.HostName);
        Assert.Equal(2, facts.Lifetime(Id).AgentRuns);
    }

    [Fact]
    public void HeartbeatsGiveProgressAndTheLatestOfEachVital()
    {
        var facts = Reduce(
        [
            (1, new Heartbeat { AtUnixUs = 10, Vitals = new Vitals { Load1 = 1, MemoryAvailableBytes = 5 }, Streams = { new StreamProgress { StreamId = 3, Epoch = 4, NextSeq = 7, ReadOffset = 100, SourceSize = 200 } } }),
            (2, new Heartbeat { AtUnixUs = 20, Vitals = new Vitals { Load1 = 2 } }),
        ]);
        var lifetime = LifetimeComposer.Compose(facts.Evidence(Id), 0, 0);
        Assert.Equal(2, lifetime.Vitals["load1"]);
        Assert.Equal(5, lifetime.Vitals["memory_available_bytes"]);
        Assert.Equal(20, lifetime.VitalsUnixUs);
        var stream = Assert.Single(lifetime.Streams);
        Assert.Equal((7ul, 0ul, 7ul, 100ul, 200ul), (stream.Produced, stream.Stored, stream.Missing, stream.ReadOffset, stream.SourceSize));
    }

    [Theory]
    [InlineData(CrashKind.Signal, 11, "SIGSEGV", 0, false, "", "", "api crashed: SIGSEGV (after 3.2 s)")]
    [InlineData(CrashKind.Signal, 11, "", 0, true, "", "", "api crashed: signal 11 (core dumped after 3.2 s)")]
    [InlineData(CrashKind.ExitCode, 0, "", 3, false, "", "", "api crashed: exit 3 (after 3.2 s)")]
    [InlineData(CrashKind.UnhandledException, 0, "", 134, false, "System.X", "cart is\nempty", "api crashed: System.X: cart is (exit 134 after 3.2 s)")]
    [InlineData(CrashKind.UnhandledException, 6, "SIGABRT", 0, true, "System.X", "", "api crashed: System.X (SIGABRT, core dumped after 3.2 s)")]
    [InlineData(CrashKind.StartFailure, 0, "", 0, false, "", "", "api could not be started")]
    public void CrashIsSaidInASentence(
        CrashKind kind, int signal, string name, int exit, bool core, string type, string message, string expected)
    {
        var crash = new Crash { Kind = kind, Signal = signal, SignalName = name, ExitCode = exit, CoreDumped = core, RunTimeMs = 3200 };
        if (type.Length > 0)
        {
            crash.Exception = new ManagedException { Type = type, Message = message };
        }

        Assert.Equal(expected, CrashSummary.Sentence(crash, "api"));
    }

    [Theory]
    [InlineData(9, "SIGKILL", 0, "worker", "worker (python3) killed by SIGKILL")]
    [InlineData(11, "SIGSEGV", 0, "", "python3 died of SIGSEGV")]
    [InlineData(0, "", 3, "python3", "python3 ended with exit code 3")]
    public void ATitleSaysWhoDiedOfWhat(int signal, string name, int exitCode, string workload, string title) => Assert.Equal(
        title,
        CrashSummary.Title(new Crash { Executable = "/usr/bin/python3", Signal = signal, SignalName = name, ExitCode = exitCode }, workload));

    private static MemoryFacts Reduce(IEnumerable<(long Minted, IMessage Record)> records, bool losses = true)
    {
        var facts = new MemoryFacts();
        foreach (var (minted, record) in records)
        {
            LifetimeReducer.Apply(facts, new FactStamp(Id, minted, minted + 5, "d"), record);
        }

        return facts;
    }

    private static string Text(MemoryFacts facts, bool losses)
    {
        var lifetime = LifetimeComposer.Compose(facts.Evidence(Id), 0, 0);
        var parts = new List<string>
        {
            (lifetime with { Workloads = [], Streams = [], Crashes = [], Losses = [], Vitals = new Dictionary<string, double>() }).ToString(),
        };
        parts.AddRange(lifetime.Workloads.Select(w => w.ToString()));
        parts.AddRange(lifetime.Streams.Select(s => (s with { MissingRanges = [] }) + string.Join(',', s.MissingRanges)));
        parts.AddRange(lifetime.Vitals.OrderBy(v => v.Key).Select(v => v.ToString()));
        parts.AddRange(lifetime.Crashes.Select(c => c.Id));
        if (losses)
        {
            parts.AddRange(lifetime.Losses.Select(l => l.ToString()).Order());
        }

        // Vitals and streams of the summary line print as references.
        return string.Join('\n', parts.Skip(1).Prepend($"{lifetime.HostName} {lifetime.State} {lifetime.EndReason} {lifetime.AgentRuns} {lifetime.StartUnixUs} {lifetime.LastProofOfLifeUnixUs} {lifetime.LastHeardUnixUs} {lifetime.VitalsUnixUs}"));
    }

    private static AgentStart Start(string run, string host) => new()
    {
        Agent = new Agent { RunId = run },
        Identity = new Identity { InstanceId = "i", BootId = "b", HostName = host },
    };

    private static IMessage Random(Random random, int i) => random.Next(10) switch
    {
        0 => Start($"r{random.Next(5)}", $"h{i}"),
        1 => new AgentStop { Reason = $"s{i}" },
        2 => new StreamOpened { StreamId = (ulong)random.Next(4), Epoch = 1, Name = "n", Kind = StreamKind.File },
        3 => new StreamClosed { StreamId = (ulong)random.Next(4), Epoch = 1, NextSeq = (ulong)random.Next(100) },
        4 => new WorkloadStart { Workload = new Workload { Id = $"w{random.Next(3)}", Name = $"n{i}" }, Pid = i },
        5 => new WorkloadEnd { WorkloadId = $"w{random.Next(3)}", EndedUnixUs = 1000 + i, ExitCode = i % 256 },
        6 => new Loss { StreamId = (ulong)random.Next(4), Epoch = 1, FirstSeq = (ulong)random.Next(90), Count = (ulong)random.Next(3), Reason = LossReason.SpoolFull },
        7 => new Crash { CrashId = $"c{i}", AtUnixUs = i + 1, Signal = 9, SignalName = "SIGKILL" },
        8 => new Seal { Final = random.Next(2) == 0, Reason = $"x{i}", Streams = { new SealedStream { StreamId = 1, Epoch = 1, NextSeq = (ulong)random.Next(100) } } },
        _ => new Heartbeat
        {
            AtUnixUs = 1000 + i,
            Vitals = new Vitals { Load1 = i, DiskFreeBytes = (ulong)i },
            Streams = { new StreamProgress { StreamId = (ulong)random.Next(4), Epoch = 1, NextSeq = (ulong)random.Next(100), ReadOffset = (ulong)i } },
        },
    };
}
