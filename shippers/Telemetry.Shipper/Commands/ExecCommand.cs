using System.Runtime.InteropServices;
using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Critical;
using Telemetry.Shipper.Machine;
using Telemetry.Shipper.Pipes;
using Telemetry.Shipper.Processes;
using Telemetry.Shipping;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Native;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;

namespace Telemetry.Shipper.Commands;

/// <summary><c>exec</c>: runs a command as a workload.</summary>
internal sealed class ExecCommand(Host host, Setup setup, IReadOnlyList<string> command)
{
    private const int StandardOutput = 1;
    private const int StandardError = 2;

    /// <summary>How long pipes that a grandchild holds open are read after the command has ended.</summary>
    private static readonly TimeSpan PipesAfterEnd = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookForCrashes = TimeSpan.FromSeconds(1);

    private readonly Workload _workload = WorkloadOf(setup, command, host.Random, host.Time);
    private readonly ErrorTail _tail = new();
    private readonly HandedCrashes _handed = new(static pid => Directory.Exists($"/proc/{pid}"), host.Time);

    public static async Task<int> RunAsync(Host host, IReadOnlyList<string> arguments)
    {
        if (!Setup.TryCreate(host, arguments, Verbs.Exec, "exec", out var setup, out var exitCode))
        {
            return exitCode;
        }

        if (setup.CommandLine.Rest.Count == 0)
        {
            host.Error.WriteLine("telemetry-shipper: 'exec' needs a command: telemetry-shipper exec -- COMMAND.");
            return ExitCode.Usage;
        }

        return await new ExecCommand(host, setup, setup.CommandLine.Rest).RunAsync();
    }

    private async Task<int> RunAsync()
    {
        using var signals = new SignalForwarder();
        ProcessSpool spool;
        try
        {
            spool = setup.OpenSpool(host, _workload.Name, _workload.Id);
        }
        catch (IOException e)
        {
            host.Error.WriteLine($"telemetry-shipper: The data directory '{setup.Options.DataDirectory}' cannot be used: {e.Message}");
            return ExitCode.Usage;
        }

        return await SuperviseAsync(spool, signals);
    }

    private async Task<int> SuperviseAsync(ProcessSpool spool, SignalForwarder signals)
    {
        var lanes = spool.Lanes;
        var inherited = lanes.Bulk.BufferedRecords + lanes.Critical.BufferedRecords;
        lanes.Recorder.Start();
        var output = OpenStream(lanes, StreamKind.Stdout, "stdout");
        var error = OpenStream(lanes, StreamKind.Stderr, "stderr");
        var options = setup.Options.ToPipeOptions();
        var batcher = new LineBatcher(options.Batcher, lanes.Bulk, lanes.Recorder, setup.Context, [output, error], setup.Log, host.Time,
            signals.Hurry);
        lanes.Start(flushBulk: true);
        var begun = host.Time.GetTimestamp();
        var child = ChildProcess.TryStart(CommandBytes(), out var startError);
        var ended = child is null ? Task.FromResult(StartFailure(startError)) : WaitAsync(child);
        try
        {
            lanes.Recorder.Write(RecordKind.WorkloadStart, StartOf(child));
            await (child is null
                ? NoteStartFailureAsync(lanes, startError)
                : ShipAsync(child, ended, lanes, signals, options, batcher, output, error, begun));
            lanes.Recorder.Closed(output, "process ended");
            lanes.Recorder.Closed(error, "process ended");
            lanes.Recorder.Write(RecordKind.WorkloadEnd, EndOf(await ended));
            lanes.Recorder.Write(RecordKind.AgentStop, new AgentStop { Reason = "process ended" });
            await FinishAsync(spool, signals, inherited, batcher.Minted);
        }
        catch (Exception e)
        {
            // Whatever happens to shipping, the command runs to its end and its exit code is the one to return.
            setup.Log.Fault("Shipping of the command", e);
        }

        return (await ended).ShellCode;
    }

    private async Task ShipAsync(ChildProcess child, Task<ExitStatus> ended, LanePair lanes, SignalForwarder signals,
        PipeOptions options, LineBatcher batcher, StreamState output, StreamState error, long begun)
    {
        signals.Attach(child.Pid);
        var quiet = ShipperOptions.IsOn(setup.Settings, "quiet");
        var outputPump = new PipePump(options, output, batcher, host.Time);
        var errorPump = new PipePump(options, error, batcher, host.Time);
        using var end = new CancellationTokenSource();
        var vitals = new VitalsReader(host.Machine, setup.Options.DataDirectory);
        var heart = new HeartbeatWriter(lanes, () => [output, error], vitals, setup.Options.HeartbeatEvery, setup.Log, host.Time);
        var loops = new[]
        {
            Task.Run(() => heart.RunAsync(end.Token)),
            Task.Run(() => RecordOutlivedAsync(lanes, child.Pid, end.Token)),
            Task.Run(() => new PipeTicker([outputPump, errorPump], batcher, setup.Log, host.Time).RunAsync(end.Token)),
        };
        var passedOutput = new PassThrough(StandardOutput, quiet);
        var passedError = new PassThrough(StandardError, quiet);
        var outputReader = new PipeReader("stdout", child.Output, bytes =>
        {
            passedOutput.Write(bytes.Span);
            outputPump.Feed(bytes.Span);
        }, setup.Log);
        var errorReader = new PipeReader("stderr", child.Error, bytes =>
        {
            passedError.Write(bytes.Span);
            _tail.Append(bytes.Span);
            errorPump.Feed(bytes.Span);
        }, setup.Log);

        var crashReader = new PipeReader("crashes", child.Crashes, bytes => _handed.Feed(bytes.Span), setup.Log);

        var status = await ended;
        signals.Detach();
        var runTime = host.Time.GetElapsedTime(begun);
        var afterEnd = Task.Delay(PipesAfterEnd, host.Time, CancellationToken.None);
        await Task.WhenAny(Task.WhenAll(errorReader.Ended, crashReader.Ended), afterEnd);
        if (CrashReport.Of(status, _tail, status.IsBad ? _handed.TakeOf(child.Pid) : null) is { } crash)
        {
            await WriteCrashAsync(lanes, crash, child.Pid, runTime);
        }

        await RecordAsync(lanes, _handed.TakeAll());

        await Task.WhenAny(outputReader.Ended, afterEnd);
        await end.CancelAsync();
        await Task.WhenAll(loops);
        outputPump.End();
        errorPump.End();
        batcher.Flush();
        DeclareUnread(lanes, output, outputReader, passedOutput);
        DeclareUnread(lanes, error, errorReader, passedError);
    }

    private async Task RecordOutlivedAsync(LanePair lanes, int pid, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            await RecordAsync(lanes, _handed.TakeOutlived(pid));
            await Task.Delay(LookForCrashes, host.Time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task RecordAsync(LanePair lanes, IReadOnlyList<Crash> crashes)
    {
        foreach (var crash in crashes)
        {
            await lanes.Recorder.WriteCrashAsync(crash);
        }
    }

    private static Task<ExitStatus> WaitAsync(ChildProcess child)
    {
        var ended = new TaskCompletionSource<ExitStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => ended.SetResult(child.Wait())) { IsBackground = true, Name = "waitpid" }.Start();
        return ended.Task;
    }

    /// <summary>How much will be missing is not known: the loss has no count, and says so in words.</summary>
    private void DeclareUnread(LanePair lanes, StreamState stream, PipeReader reader, PassThrough passed)
    {
        if (reader.Ended.IsCompleted)
        {
            return;
        }

        var cause = passed.IsWriting
            ? $"whoever reads the shipper's {stream.Name} takes nothing"
            : "a process that it left behind holds it open";
        var detail = $"The command has ended and its {stream.Name} is read no further, although {cause}; "
            + "what comes from now on is not shipped.";
        setup.Log.Warn(detail);
        lanes.Recorder.Record(setup.Context.Lifetime, new Loss
        {
            StreamId = stream.Id.Value,
            Epoch = stream.Epoch.Value,
            FirstSeq = stream.NextSeq,
            Reason = LossReason.SourceGone,
            Detail = detail,
        });
    }

    private static ExitStatus StartFailure(int error) =>
        new(error == LibC.ENOENT ? ExitCode.NotFound : ExitCode.CannotExecute, 0, false);

    private async Task NoteStartFailureAsync(LanePair lanes, int error)
    {
        var text = $"{command[0]}: {Marshal.GetPInvokeErrorMessage(error)}";
        host.Error.WriteLine($"telemetry-shipper: {text}");
        await WriteCrashAsync(lanes, CrashReport.OfStart(StartFailure(error).ExitCode, text), 0, TimeSpan.Zero);
    }

    private async Task WriteCrashAsync(LanePair lanes, Crash crash, int pid, TimeSpan runTime)
    {
        crash.CrashId = Setup.RandomHex(host.Random, 16);
        crash.AtUnixUs = Now();
        crash.WorkloadId = _workload.Id;
        crash.Pid = pid;
        crash.Executable = command[0];
        crash.CommandLine.AddRange(command);
        crash.RunTimeMs = (ulong)runTime.TotalMilliseconds;
        await lanes.Recorder.WriteCrashAsync(crash);
    }

    private async Task FinishAsync(ProcessSpool spool, SignalForwarder signals, long inherited, long minted)
    {
        var lanes = spool.Lanes;
        var isDurable = await lanes.FlushAsync();
        var isDrained = await lanes.DrainAsync(setup.Options.StopWait, signals.Hurry);
        await spool.DisposeAsync();
        setup.Log.Debug($"Stopped: {Accounts.Of(lanes, inherited, minted)}.");
        if (!isDrained && spool.IsInMemory)
        {
            setup.Log.Error("The disk is full: what is not acknowledged is lost.");
        }
        else if (!isDrained)
        {
            var state = isDurable ? "durable" : "written, not confirmed by the disk,";
            setup.Log.Warn($"Not everything is acknowledged; the rest is {state} in "
                + $"{spool.Path} and 'telemetry-shipper run' with the same data directory ships it.");
        }
    }

    /// <summary>The command is the end of the arguments, and has to get them as they came: strings have lost what is not UTF-8.</summary>
    private IReadOnlyList<ReadOnlyMemory<byte>> CommandBytes() => host.ArgumentBytes.Count >= command.Count
        ? [.. host.ArgumentBytes.TakeLast(command.Count)]
        : [.. command.Select(c => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(c))];

    private StreamState OpenStream(LanePair lanes, StreamKind kind, string name) =>
        StreamOpener.Open(lanes.Bulk, setup.Context, kind, _workload.Id, name, host.Time, host.Random);

    private WorkloadStart StartOf(ChildProcess? child)
    {
        var start = new WorkloadStart { Workload = _workload, Pid = child?.Pid ?? 0 };
        start.CommandLine.AddRange(command);
        return start;
    }

    private WorkloadEnd EndOf(ExitStatus status) => new()
    {
        WorkloadId = _workload.Id,
        EndedUnixUs = Now(),
        ExitCode = status.Signal == 0 ? status.ExitCode : 0,
        Signal = status.Signal,
    };

    private long Now() => host.Time.GetUtcNow().ToUnixMicroseconds();

    private static Workload WorkloadOf(Setup setup, IReadOnlyList<string> command, Random random, TimeProvider time) => new()
    {
        Id = setup.Settings.Text("workload-id") is { Length: > 0 } id ? id : Setup.RandomHex(random, 8),
        Name = setup.Settings.Text("name") is { Length: > 0 } name ? name : Path.GetFileName(command[0]),
        Version = setup.Settings.Text("version"),
        Image = setup.Settings.Text("workload-image"),
        StartedUnixUs = time.GetUtcNow().ToUnixMicroseconds(),
    };
}
