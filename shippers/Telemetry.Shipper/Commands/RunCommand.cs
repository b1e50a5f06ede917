using Telemetry.Protos.V1;
using Telemetry.Shipper.Applications;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Critical;
using Telemetry.Shipper.Files;
using Telemetry.Shipper.Machine;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Sending;
using Telemetry.Shipping.Spools;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;

namespace Telemetry.Shipper.Commands;

/// <summary><c>run</c>: reads files until it is stopped.</summary>
internal sealed class RunCommand(Host host, Setup setup)
{
    private readonly Log _log = setup.Log;
    private readonly ShipperOptions _options = setup.Options;
    private readonly PlanReader _plans = new();

    public static async Task<int> RunAsync(Host host, IReadOnlyList<string> arguments)
    {
        if (!Setup.TryCreate(host, arguments, Verbs.Run, "run", out var setup, out var exitCode))
        {
            return exitCode;
        }

        if (setup.CommandLine.Rest.Count > 0)
        {
            host.Error.WriteLine($"telemetry-shipper: 'run' takes no argument '{setup.CommandLine.Rest[0]}'; "
                + "files are given with --watch.");
            return ExitCode.Usage;
        }

        return await new RunCommand(host, setup).RunAsync();
    }

    private async Task<int> RunAsync()
    {
        using var signals = new StopSignals();
        DirectoryLock? owner;
        LanePair lanes;
        try
        {
            owner = DirectoryLock.TryAcquire(_options.DataDirectory);
            if (owner is null)
            {
                host.Error.WriteLine($"telemetry-shipper: The data directory '{_options.DataDirectory}' is in use by another shipper.");
                return ExitCode.Usage;
            }

            lanes = OpenLanes(_options.DataDirectory, _plans);
        }
        catch (IOException e)
        {
            host.Error.WriteLine($"telemetry-shipper: The data directory '{_options.DataDirectory}' cannot be used: {e.Message}");
            return ExitCode.Usage;
        }

        using (owner)
        {
            if (_options.ExitWithInput)
            {
                signals.WatchInput();
            }

            return await ShipAsync(lanes, signals);
        }
    }

    /// <summary>Null, after it has said why, when the socket is asked for and cannot be had.</summary>
    private async Task<ApplicationSocket?> ListenAsync(SocketOptions options)
    {
        try
        {
            var spools = new ApplicationSpools(
                ProcessSpool.FolderIn(_options.DataDirectory), OpenApplicationLanes, setup.Context, _log, host.Time);
            var socket = await ApplicationSocket.ListenAsync(options, setup.Context, spools, _log, host.Time);
            _log.Info($"Applications of this server may ship to unix://{options.Path}.");
            return socket;
        }
        catch (IOException e)
        {
            host.Error.WriteLine($"telemetry-shipper: The socket '{options.Path}' cannot be used: {e.Message}");
            return null;
        }
    }

    private LanePair OpenLanes(string directory, IPlanReader plans) =>
        LanePair.Open(directory, _options.Lanes, plans, setup.Context, "", _log, host.Time, host.Random);

    private LanePair OpenApplicationLanes(string? directory, string workloadId) => LanePair.Open(
        directory, _options.SocketLanes, NoPlans.Instance, setup.Context, workloadId, _log, host.Time, host.Random, agentStream: "socket");

    private async Task<int> ShipAsync(LanePair lanes, StopSignals signals)
    {
        var inherited = lanes.Bulk.BufferedRecords + lanes.Critical.BufferedRecords;
        using var end = new CancellationTokenSource();
        lanes.Recorder.Start();
        ApplicationSocket? socket = null;
        if (_options.Socket is { } options && (socket = await ListenAsync(options)) is null)
        {
            await lanes.DisposeAsync();
            return ExitCode.Usage;
        }

        using var tailer = new FileTailer(_options.Tailer, lanes.Bulk, lanes.Recorder, setup.Context, _plans, _log,
            host.Time, host.Random);
        lanes.Start(flushBulk: false);
        Announce();
        using var stopReading = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
        var reading = new TailerThread(tailer, lanes.Bulk, _log, stopReading.Token);
        var vitals = new VitalsReader(host.Machine, _options.DataDirectory);
        var heart = new HeartbeatWriter(lanes, () => tailer.PublishedStreams, vitals, _options.HeartbeatEvery, _log, host.Time);
        var beating = Task.Run(() => heart.RunAsync(end.Token));
        var adopting = Task.Run(() => new OrphanAdopter(
            ProcessSpool.FolderIn(_options.DataDirectory), path => OpenLanes(path, NoPlans.Instance), _log, host.Time).RunAsync(end.Token));
        await WaitAsync(signals.Stop);

        var sealReason = await SealReasonAsync();
        var stopped = host.Time.GetTimestamp();
        await ReadOnAsync(lanes, tailer, stopReading, reading, signals, sealReason);

        if (socket is not null)
        {
            await socket.DisposeAsync();
        }

        // Nothing is said after the last word: a sign of life would void it.
        await end.CancelAsync();
        await Task.WhenAll(beating, adopting);
        await SignOffAsync(lanes, tailer, signals, sealReason, stopped);
        await lanes.DisposeAsync();
        Report(Accounts.Of(lanes, inherited, tailer.Minted), lanes);
        return ExitCode.Fine;
    }

    private void Announce()
    {
        var identity = setup.Context.Identity;
        _log.Info($"Shipping for instance {identity.InstanceId}, lifetime {setup.Context.Lifetime}, to "
            + $"{string.Join(", ", _options.Lanes.Gateway.Addresses)}; data in {_options.DataDirectory}.");
        _log.Info(_options.Tailer.Watch.Count == 0
            ? "No files are watched: give --watch GLOB."
            : $"Watching {string.Join(", ", _options.Tailer.Watch.Select(w => w.Pattern))}.");
    }

    private static async Task WaitAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }

    private async Task<string> SealReasonAsync() =>
        _options.SealOnStop.Length > 0 ? _options.SealOnStop : await ShutdownProof.FindAsync();

    private async Task ReadOnAsync(LanePair lanes, FileTailer tailer, CancellationTokenSource stopReading, TailerThread reading,
        StopSignals signals, string sealReason)
    {
        if (sealReason.Length > 0)
        {
            lanes.Recorder.Write(RecordKind.Seal, new Seal { Final = false, Reason = sealReason });
            await ReadToTheEndAsync(tailer, signals);
        }

        await stopReading.CancelAsync();
        await reading.Ended;
    }

    private async Task SignOffAsync(LanePair lanes, FileTailer tailer, StopSignals signals, string sealReason, long stopped)
    {
        lanes.Recorder.Write(RecordKind.AgentStop, new AgentStop { Reason = signals.Reason });
        await DrainAsync(lanes, stopped, signals);
        if (sealReason.Length > 0)
        {
            // Nothing is minted after it, whether or not all is acknowledged by now: what is not is shipped after the boot.
            lanes.Recorder.Write(RecordKind.Seal, FinalSeal(sealReason, tailer.PublishedStreams));
            await lanes.FlushAsync();
            await DrainAsync(lanes, stopped, signals);
        }
    }

    /// <summary>A seal says how far each stream was read; what was written until now is read first, within half the budget.</summary>
    private async Task ReadToTheEndAsync(FileTailer tailer, StopSignals signals)
    {
        var begun = host.Time.GetTimestamp();
        var turns = 0;
        while (turns < 2 && host.Time.GetElapsedTime(begun) < _options.StopWait / 2 && !signals.Hurry.IsCancellationRequested)
        {
            await Task.Delay(_options.Tailer.ScanEvery / 2, host.Time, CancellationToken.None);
            turns = tailer.IsIdle ? turns + 1 : 0;
        }
    }

    private Task<bool> DrainAsync(LanePair lanes, long begun, StopSignals signals)
    {
        var left = _options.StopWait - host.Time.GetElapsedTime(begun);
        return lanes.DrainAsync(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(200), signals.Hurry);
    }

    private static Seal FinalSeal(string reason, IReadOnlyList<StreamState> streams)
    {
        var seal = new Seal { Final = true, Reason = reason };
        foreach (var stream in streams)
        {
            var progress = stream.Progress;
            seal.Streams.Add(new SealedStream
            {
                StreamId = progress.StreamId,
                Epoch = progress.Epoch,
                NextSeq = progress.NextSeq,
                EndOfSource = progress.ReadOffset >= progress.SourceSize,
            });
        }

        return seal;
    }

    private void Report(Accounts accounts, LanePair lanes)
    {
        _log.Info($"Stopped: {accounts}.");
        foreach (var (reason, count) in lanes.Recorder.Losses)
        {
            _log.Info($"Lost, {reason}: {count.Records} records, {count.Bytes} bytes.");
        }

        if (_log.Faults > 0)
        {
            _log.Error($"{_log.Faults} times something failed unexpectedly; it is said above.");
        }

        if (!accounts.AddUp)
        {
            _log.Error("The accounts do not add up; this is a mistake of the shipper.");
        }
    }
}
