using Telemetry.Protos.V1;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Critical;
using Telemetry.Shipper.Machine;
using Telemetry.Shipper.Pipes;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Spools;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;

namespace Telemetry.Shipper.Commands;

/// <summary><c>pipe</c>: ships standard input until its end.</summary>
internal sealed class PipeCommand(Host host, Setup setup, string name)
{
    private const int StandardInput = 0;

    public static async Task<int> RunAsync(Host host, IReadOnlyList<string> arguments)
    {
        if (!Setup.TryCreate(host, arguments, Verbs.Pipe, "pipe", out var setup, out var exitCode))
        {
            return exitCode;
        }

        var name = setup.Settings.Text("name");
        if (name.Length == 0 || setup.CommandLine.Rest.Count > 0)
        {
            host.Error.WriteLine(name.Length == 0
                ? "telemetry-shipper: 'pipe' needs --name NAME, which its stream is found by."
                : $"telemetry-shipper: 'pipe' takes no argument '{setup.CommandLine.Rest[0]}'.");
            return ExitCode.Usage;
        }

        return await new PipeCommand(host, setup, name).RunAsync();
    }

    private async Task<int> RunAsync()
    {
        using var signals = new StopSignals();
        ProcessSpool spool;
        try
        {
            spool = setup.OpenSpool(host, name, "");
        }
        catch (IOException e)
        {
            host.Error.WriteLine($"telemetry-shipper: The data directory '{setup.Options.DataDirectory}' cannot be used: {e.Message}");
            return ExitCode.Usage;
        }

        return await ShipAsync(spool, signals);
    }

    private async Task<int> ShipAsync(ProcessSpool spool, StopSignals signals)
    {
        var lanes = spool.Lanes;
        var inherited = lanes.Bulk.BufferedRecords + lanes.Critical.BufferedRecords;
        using var end = new CancellationTokenSource();
        lanes.Recorder.Start();
        var options = setup.Options.ToPipeOptions();
        var stream = StreamOpener.Open(lanes.Bulk, setup.Context, StreamKind.Pipe, "", name, host.Time, host.Random);
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(signals.Hurry);
        await using var stopping = signals.Stop.Register(() => giveUp.CancelAfter(setup.Options.StopWait));
        var batcher = new LineBatcher(options.Batcher, lanes.Bulk, lanes.Recorder, setup.Context, [stream], setup.Log, host.Time, giveUp.Token);
        var pump = new PipePump(options, stream, batcher, host.Time);
        lanes.Start(flushBulk: true);
        var vitals = new VitalsReader(host.Machine, setup.Options.DataDirectory);
        var heart = new HeartbeatWriter(lanes, () => [stream], vitals, setup.Options.HeartbeatEvery, setup.Log, host.Time);
        var loops = new[]
        {
            Task.Run(() => heart.RunAsync(end.Token)),
            Task.Run(() => new PipeTicker([pump], batcher, setup.Log, host.Time).RunAsync(end.Token)),
        };
        var reader = new PipeReader("stdin", StandardInput, bytes => pump.Feed(bytes.Span), setup.Log);
        var reason = await EndAsync(reader, signals.Stop);
        await end.CancelAsync();
        await Task.WhenAll(loops);
        pump.End();
        batcher.Flush();
        if (reason == "end of file")
        {
            lanes.Recorder.Closed(stream, reason);
        }

        lanes.Recorder.Write(RecordKind.AgentStop, new AgentStop { Reason = reason });
        return await FinishAsync(spool, signals, inherited, batcher.Minted);
    }

    private static async Task<string> EndAsync(PipeReader reader, CancellationToken stop)
    {
        try
        {
            await reader.Ended.WaitAsync(stop);
            return "end of file";
        }
        catch (OperationCanceledException)
        {
            return "stopped by a signal";
        }
    }

    private async Task<int> FinishAsync(ProcessSpool spool, StopSignals signals, long inherited, long minted)
    {
        var lanes = spool.Lanes;
        var isDurable = await lanes.FlushAsync();
        var isDrained = await lanes.DrainAsync(setup.Options.StopWait, signals.Hurry);
        await spool.DisposeAsync();
        setup.Log.Info($"Stopped: {Accounts.Of(lanes, inherited, minted)}.");
        if (isDrained)
        {
            setup.Log.Info("Everything is acknowledged.");
        }
        else if (spool.IsInMemory)
        {
            setup.Log.Error("The disk is full: what is not acknowledged is lost.");
        }
        else if (isDurable)
        {
            setup.Log.Info($"The rest is durable in {spool.Path}; 'telemetry-shipper run' with the same data directory ships it.");
        }
        else
        {
            setup.Log.Error($"The rest is in {spool.Path} but the disk did not confirm it.");
        }

        return isDrained || (isDurable && !spool.IsInMemory) ? ExitCode.Fine : ExitCode.Failed;
    }
}
