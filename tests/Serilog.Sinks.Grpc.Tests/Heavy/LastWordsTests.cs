using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Wire;

namespace Serilog.Sinks.Grpc.Tests.Heavy;

/// <summary>Real processes that log and end, each in its way.</summary>
[Trait("Category", "heavy")]
public sealed class LastWordsTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _folder = new();
    private RealGateway _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await RealGateway.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("throw", "System.InvalidOperationException", "order 4711 could not be placed")]
    [InlineData("async", "System.InvalidOperationException", "thrown later")]
    [InlineData("thread", "System.ArgumentException", "thrown on a thread")]
    [InlineData("aggregate", "System.AggregateException", "One or more errors occurred. (one) (two)")]
    [InlineData("finalizer", "System.InvalidOperationException", "thrown by a finalizer")]
    [InlineData("callback", "System.InvalidOperationException", "thrown in a callback")]
    [InlineData("memory", "System.OutOfMemoryException", "thrown, not had")]
    [InlineData("hostile", "LastWords.Program+Hostile", "Its message could not be had: System.NotSupportedException")]
    public async Task AnUnhandledExceptionIsACrashBeforeTheProcessIsGone(string how, string type, string message)
    {
        using var process = Start(how, _gateway.Address.ToString());
        await EndAsync(process);
        Assert.Equal(134, process.ExitCode);
        var crash = Assert.Single(_gateway.Messages(RecordKind.Crash, Crash.Parser));
        Assert.Equal((type, message), (crash.Exception.Type, crash.Exception.Message));
        Assert.Equal((CrashKind.UnhandledException, "SIGABRT", process.Id), (crash.Kind, crash.SignalName, crash.Pid));
        Assert.Equal([how], Ends(_gateway));
    }

    [Fact]
    public async Task ASinkWhosePeerNeverAnswersDoesNotHoldUpTheOthers()
    {
        using var tarpit = new TcpListener(IPAddress.Loopback, 0);
        tarpit.Start();
        using var process = Start("throw", $"http://{tarpit.LocalEndpoint}", "", "patient", _gateway.Address.ToString());
        try
        {
            await Eventually.Holds(() => _gateway.Messages(RecordKind.Crash, Crash.Parser).Count == 1, "the crash is told", Deadline);
            Assert.False(process.HasExited);
        }
        finally
        {
            process.Kill();
        }
    }

    [Theory]
    [InlineData("exit")]
    [InlineData("return")]
    public async Task WhatWasLoggedBeforeTheEndArrivesWithoutAClose(string how)
    {
        using var process = Start(how, _gateway.Address.ToString());
        await EndAsync(process);
        Assert.Equal(0, process.ExitCode);
        Assert.Equal([how], Ends(_gateway));
    }

    [Theory]
    [InlineData("failfast", 134)]
    [InlineData("overflow", 134)]
    [InlineData("native", 134)]
    public async Task WhereNoHookRunsWhatWasFatalBeforeIsThere(string how, int exitCode)
    {
        using var process = Start(how, _gateway.Address.ToString());
        await EndAsync(process);
        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal([how], Ends(_gateway));
        Assert.Empty(_gateway.Messages(RecordKind.Crash, Crash.Parser));
    }

    [Fact]
    public async Task AnExceptionOfATaskThatNobodySawIsAnEvent()
    {
        using var process = Start("task", _gateway.Address.ToString());
        await EndAsync(process);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains(_gateway.Lines(), line => line.Contains("seen by nobody", StringComparison.Ordinal));
        Assert.Empty(_gateway.Messages(RecordKind.Crash, Crash.Parser));
    }

    [Theory]
    [InlineData("hooked")]
    [InlineData("plain")]
    public async Task ATerminatedProcessEndsAsItWouldWithoutTheSink(string hook)
    {
        using var process = Start("wait", _gateway.Address.ToString(), "", hook);
        Assert.Equal("logged", await process.StandardOutput.ReadLineAsync());
        Signal(process, "TERM");
        await EndAsync(process);
        Assert.Equal(143, process.ExitCode);
        Assert.Equal(hook == "plain" ? null : "wait", hook == "plain" ? null : Assert.Single(Ends(_gateway)));
    }

    [Fact]
    public async Task AnEndWithoutAGatewayIsBounded()
    {
        await _gateway.StopAsync();
        using var process = Start("throw", "http://127.0.0.1:1");
        await EndAsync(process);
        Assert.Equal(134, process.ExitCode);
    }

    [Fact]
    public async Task ACrashWithoutAGatewayIsInTheBuffer()
    {
        using (var process = Start("throw", "http://127.0.0.1:1", _folder["buffer"]))
        {
            await EndAsync(process);
        }

        await ShipRestAsync(2);
        Assert.Equal("order 4711 could not be placed", Assert.Single(_gateway.Messages(RecordKind.Crash, Crash.Parser)).Exception.Message);
    }

    [Fact]
    public async Task AKilledProcessLeavesWhatWasFatal()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("TELEMETRY_KILLED"), CultureInfo.InvariantCulture, out var wanted) ? wanted : 3;
        for (var i = 0; i < count; i++)
        {
            using var process = Start("stay", "http://127.0.0.1:1", _folder["buffer"]);
            Assert.Equal("logged", await process.StandardOutput.ReadLineAsync());
            Signal(process, "KILL");
            await EndAsync(process);
        }

        await ShipRestAsync(count + 1);
        Assert.Equal(count, Ends(_gateway).Count(how => how == "stay"));
    }

    [Fact]
    public async Task WhatProcessesLeftThatRanAtATimeIsShippedByOneThatIsUp()
    {
        Process[] killed = [.. Enumerable.Range(0, 3).Select(_ => Start("stay", "http://127.0.0.1:1", _folder["buffer"]))];
        foreach (var process in killed)
        {
            Assert.Equal("logged", await process.StandardOutput.ReadLineAsync());
        }

        foreach (var process in killed)
        {
            Signal(process, "KILL");
            await EndAsync(process);
            process.Dispose();
        }

        Assert.Equal(3, Directory.GetDirectories(_folder["buffer"]).Length);
        await ShipRestAsync(4);
        Assert.Equal(3, Ends(_gateway).Count(how => how == "stay"));
    }

    /// <summary>The next process of the same buffer.</summary>
    private async Task ShipRestAsync(int lines)
    {
        using var next = Start("wait", _gateway.Address.ToString(), _folder["buffer"]);
        await Eventually.Holds(() => _gateway.Lines().Count == lines, "what was left is shipped");
        next.Kill();
        await EndAsync(next);
    }

    private static List<string> Ends(RealGateway gateway) =>
        [.. gateway.Lines().Select(l => JsonDocument.Parse(l).RootElement).Where(e => e.TryGetProperty("End", out _)).Select(e => e.GetProperty("End").GetString()!)];

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo(Path.Combine(Installation.Repository, "artifacts/bin/LastWords/release/last-words"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
        })!;

    private static async Task EndAsync(Process process)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        await process.WaitForExitAsync(deadline.Token);
    }

    private static void Signal(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
