using Telemetry.Shipper.Files;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Sending;
using Telemetry.Spool;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>
/// The shipper without its process: its parts on a real directory, reading driven turn by turn on a clock that stands still.
/// Disposing it is a kill: nothing is finished.
/// </summary>
internal sealed class TestShipper : IAsyncDisposable
{
    private static int _seed;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _sending = [];
    private readonly SenderOptions _senderOptions = new() { MinBackoff = TimeSpan.FromMilliseconds(5), AckTimeout = TimeSpan.FromSeconds(2) };

    public TestShipper(string data, string watch, FakeGateway gateway, FakeTime time, LifetimeContext? context = null,
        Func<TailerOptions, TailerOptions>? configure = null, bool send = true)
    {
        Gateway = gateway;
        Time = time;
        Diagnostics = new Log(Output, LogLevel.Debug, TimeProvider.System);
        context ??= Some.Context();
        var options = new SpoolOptions { SegmentBytes = 64 << 10, MaxBytes = 1 << 20, ReserveBytes = 256 << 10 };
        Critical = LaneLog.Open(Lane.Critical, new RealSpoolDirectory(Path.Combine(data, "critical")), options, TimeProvider.System);
        Bulk = LaneLog.Open(Lane.Bulk, new RealSpoolDirectory(Path.Combine(data, "bulk")), options, TimeProvider.System);
        var random = new Random(Interlocked.Increment(ref _seed));
        Recorder = new CriticalRecorder(Critical, context, "", Diagnostics, time, random);
        Plans = new PlanReader();
        var tail = new TailerOptions { Watch = [new Glob(watch)] };
        Tailer = new FileTailer(configure?.Invoke(tail) ?? tail, Bulk, Recorder, context, Plans, Diagnostics, time, random);
        if (send)
        {
            Send();
        }
    }

    public StringWriter Output { get; } = new();

    public Log Diagnostics { get; }

    public FakeGateway Gateway { get; }

    public FakeTime Time { get; }

    public LaneLog Critical { get; }

    public LaneLog Bulk { get; }

    public CriticalRecorder Recorder { get; }

    public LevelBoard Levels { get; } = new(TimeProvider.System);

    public PlanReader Plans { get; }

    public FileTailer Tailer { get; }

    public void Send()
    {
        foreach (var log in new[] { Critical, Bulk })
        {
            var sender = new LaneSender(log, Gateway, Plans, Recorder, Levels, _senderOptions, Diagnostics, TimeProvider.System, new Random(2));
            _sending.Add(Task.Run(() => sender.RunAsync(_stop.Token)));
        }
    }

    /// <summary>Turns until everything that is there is read, waiting for acknowledgements where reading waits for them.</summary>
    public async Task ReadAllAsync()
    {
        await Eventually.Holds(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(1100));
            Tailer.Turn();
            return Tailer.IsIdle;
        }, "the files are read to their ends");
    }

    /// <summary>The same, past the wait for lines without an end.</summary>
    public async Task ReadToTheLastByteAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            Tailer.Turn();
            Time.Advance(TimeSpan.FromSeconds(6));
        }

        await ReadAllAsync();
        await DrainAsync();
    }

    public Task DrainAsync() =>
        Eventually.Holds(() => Bulk.IsDrained && Critical.IsDrained, "everything is acknowledged");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_sending);
        Tailer.Dispose();
        Critical.Dispose();
        Bulk.Dispose();
    }
}
