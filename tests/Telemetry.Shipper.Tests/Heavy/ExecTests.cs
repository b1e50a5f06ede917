using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Telemetry.Shipper.Tests.Heavy;

[Trait("Category", "heavy")]
public sealed class ExecTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _data = new();
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await RealGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task OutputIsPassedThroughAndShipped()
    {
        var (exitCode, output, error) = await ExecAsync("sh", "-c", "echo to output; echo to error >&2");
        Assert.Equal((0, "to output\n"), (exitCode, output));
        Assert.StartsWith("to error\n", error);
        Assert.Equal(["to error", "to output"], _gateway.Lines().Order());
        Assert.DoesNotContain(RecordKind.Crash, _gateway.Kinds());
        Assert.Equal(2, _gateway.Messages(RecordKind.StreamClosed, StreamClosed.Parser).Count(c => c.NextSeq == 1));
        var start = Assert.Single(_gateway.Messages(RecordKind.WorkloadStart, WorkloadStart.Parser));
        Assert.Equal(("sh", "1.2"), (start.Workload.Name, start.Workload.Version));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_data.Path, "exec")));
    }

    [Theory]
    [InlineData("SEGV", 11)]
    [InlineData("KILL", 9)]
    [InlineData("ABRT", 6)]
    public async Task ASignalIsACrash(string name, int signal)
    {
        var (exitCode, _, _) = await ExecAsync("sh", "-c", $"echo last words >&2; kill -{name} $$");
        Assert.Equal(128 + signal, exitCode);
        var crash = Assert.Single(_gateway.Messages(RecordKind.Crash, Crash.Parser));
        Assert.Equal((CrashKind.Signal, signal, "SIG" + name), (crash.Kind, crash.Signal, crash.SignalName));
        Assert.Equal("last words\n", crash.StderrTail.ToStringUtf8());
        Assert.Equal(signal, Assert.Single(_gateway.Messages(RecordKind.WorkloadEnd, WorkloadEnd.Parser)).Signal);
    }

    [Fact]
    public async Task ArgumentsAndEnvironmentArePassedAsTheyCame()
    {
        const string line = """LATIN=$(printf 'caf\351') exec "$@" -- sh -c 'printf "%s %s" "$1" "$LATIN" | od -An -tx1' sh "$(printf '\351t\351')" """;
        using var shell = new ShipperProcess(["-c", line, "sh", ShipperProcess.Program, .. Arguments().SkipLast(1)], null, "/bin/sh");
        Assert.Equal("e9 74 e9 20 63 61 66 e9", (await shell.EndAsync()).Output.Trim());
    }

    [Fact]
    public async Task AnExitCodeIsACrash()
    {
        var (exitCode, _, _) = await ExecAsync("sh", "-c", "exit 7");
        var crash = Assert.Single(_gateway.Messages(RecordKind.Crash, Crash.Parser));
        Assert.Equal((7, CrashKind.ExitCode, 7), (exitCode, crash.Kind, crash.ExitCode));
    }

    [Theory]
    [InlineData("/no/such/command", 127)]
    [InlineData("/etc/passwd", 126)]
    public async Task WhatCannotBeStartedIsACrash(string command, int expected)
    {
        var (exitCode, _, _) = await ExecAsync(command);
        var crash = Assert.Single(_gateway.Messages(RecordKind.Crash, Crash.Parser));
        Assert.Equal((expected, CrashKind.StartFailure), (exitCode, crash.Kind));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("USR1")]
    [InlineData("USR2")]
    public async Task SignalsAreForwarded(string name)
    {
        using var shipper = new ShipperProcess(Arguments("sh", "-c", $"trap 'echo got it; exit 3' {name}; echo ready; while true; do sleep 0.05; done"));
        await Eventually.Holds(() => _gateway.Lines().Contains("ready"), "the command is ready");
        shipper.Signal(name);
        var (exitCode, output, _) = await shipper.EndAsync();
        Assert.Equal((3, "ready\ngot it\n"), (exitCode, output));
    }

    [Fact]
    public async Task AGrandchildThatHoldsThePipesDoesNotHoldTheEnd()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var (exitCode, _, error) = await ExecAsync("sh", "-c", "sleep 30 & echo done");
        Assert.Equal(0, exitCode);
        Assert.Equal(["done"], _gateway.Lines());
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "it waited for the grandchild");
        Assert.Contains("its stdout is read no further, although a process that it left behind holds it open", error);
        Assert.Equal([(LossReason.SourceGone, 1ul, 0ul), (LossReason.SourceGone, 0ul, 0ul)],
            _gateway.Messages(RecordKind.Loss, Loss.Parser).Select(l => (l.Reason, l.FirstSeq, l.Count)));
    }

    [Fact]
    public async Task WhatAKilledExecLeftBehindIsShippedByRun()
    {
        await _gateway.StopAsync();
        using (var exec = new ShipperProcess(Arguments("sh", "-c", "echo before the kill; sleep 60")))
        {
            await Eventually.Holds(() => SpoolHolds("before the kill"), "the line is in the spool");
            exec.Signal("KILL");
        }

        await using var again = await RealGateway.StartAsync();
        using var run = new ShipperProcess(["run", "--data", _data.Path, "--gateway", again.Address.ToString(), "--instance-id", "i-1"]);
        await Eventually.Holds(() => again.Lines().Contains("before the kill"), "the rest is shipped", TimeSpan.FromSeconds(20));
        run.Signal("TERM");
        var (exitCode, _, error) = await run.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("do not add up", error);
    }

    private bool SpoolHolds(string text)
    {
        var folder = Path.Combine(_data.Path, "exec", "sh", "bulk");
        return Directory.Exists(folder)
            && Directory.GetFiles(folder, "*.seg").Any(f => File.ReadAllBytes(f).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);
    }

    private Task<(int ExitCode, string Output, string Error)> ExecAsync(params string[] command) =>
        ShipperProcess.RunAsync([.. Arguments(command)]);

    private IEnumerable<string> Arguments(params string[] command) =>
        ["exec", "--data", _data.Path, "--gateway", _gateway.Address.ToString(), "--instance-id", "i-1", "--version", "1.2", "--", .. command];
}
