using Microsoft.Extensions.Logging.Abstractions;
using Telemetry.Cli.Supervision;

namespace Telemetry.Cli.Tests;

public sealed class SupervisorTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AChildThatDiesIsStartedAgain()
    {
        using var stop = new CancellationTokenSource();
        var supervisor = Supervise($"echo x >> {_directory["starts"]}; cat", TimeSpan.FromSeconds(5));
        var running = supervisor.RunAsync(stop.Token);
        await Eventually.Holds(() => Starts() == 1 && supervisor.ProcessId > 0, "started");

        System.Diagnostics.Process.GetProcessById(supervisor.ProcessId).Kill();

        await Eventually.Holds(() => Starts() == 2, "started again");
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task AChildMayFinishWhatItDoesWithinItsBudget()
    {
        using var stop = new CancellationTokenSource();
        var supervisor = Supervise($"trap 'echo drained > {_directory["drained"]}; exit' TERM; echo x >> {_directory["starts"]}; while :; do sleep 0.05; done", TimeSpan.FromSeconds(10));
        var running = supervisor.RunAsync(stop.Token);
        await Eventually.Holds(() => Starts() == 1, "started");

        await stop.CancelAsync();
        await running;

        Assert.True(File.Exists(_directory["drained"]));
    }

    [Fact]
    public async Task AChildThatDoesNotEndIsKilled()
    {
        using var stop = new CancellationTokenSource();
        var supervisor = Supervise($"trap '' TERM; echo x >> {_directory["starts"]}; while :; do sleep 0.05; done", TimeSpan.FromMilliseconds(100));
        var running = supervisor.RunAsync(stop.Token);
        await Eventually.Holds(() => Starts() == 1, "started");

        await stop.CancelAsync();
        await running;

        Assert.Equal(0, supervisor.ProcessId);
    }

    [Fact]
    public void WaitsDoubleUpToTheLongest()
    {
        var backoff = new Backoff(new Random(1));
        var waits = Enumerable.Range(0, 10).Select(_ => backoff.Next()).ToArray();

        Assert.InRange(waits[0], Backoff.First, Backoff.First * 1.2);
        Assert.InRange(waits[1], Backoff.First * 2, Backoff.First * 2.4);
        Assert.InRange(waits[9], Backoff.Longest, Backoff.Longest * 1.2);

        backoff.Reset();
        Assert.InRange(backoff.Next(), Backoff.First, Backoff.First * 1.2);
    }

    private ChildSupervisor Supervise(string script, TimeSpan drain) => new(
        new ChildSpec("child", "/bin/sh", ["-c", script], drain), TimeProvider.System, new Random(1), NullLogger.Instance);

    private int Starts() => File.Exists(_directory["starts"]) ? File.ReadAllLines(_directory["starts"]).Length : 0;
}
