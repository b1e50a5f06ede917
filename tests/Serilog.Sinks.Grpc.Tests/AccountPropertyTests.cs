using System.Globalization;
using Serilog.Core;
using Serilog.Events;
using Telemetry.Gateway;
using Telemetry.Shipper.Tests.Support;

namespace Serilog.Sinks.Grpc.Tests;

/// <summary>
/// The account of a sink while everything around it fails at random: a gateway that dies, stands still and refuses, a full queue, an end in the middle.
/// A thread watches it at every moment. TELEMETRY_SEED repeats a walk, TELEMETRY_WALKS says how many.
/// </summary>
public sealed class AccountPropertyTests(ITestOutputHelper output)
{
    private const int Steps = 25;
    private const int Threads = 3;

    private readonly GrpcSinkDiagnostics _diagnostics = new();
    private long _begun, _done;
    private string? _broken;

    [Fact]
    public async Task TheAccountHoldsAtEveryMoment()
    {
        var first = Setting("TELEMETRY_SEED", 1);
        for (var seed = first; seed < first + Setting("TELEMETRY_WALKS", 2); seed++)
        {
            output.WriteLine($"TELEMETRY_SEED={seed}");
            await new AccountPropertyTests(output).WalkAsync(new Random(seed));
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private async Task WalkAsync(Random random)
    {
        // Larger than a batch may be: such an event is refused and cannot be cut in two.
        var limits = new GatewayLimits { MaxRawBytes = 20 << 10 };
        await using var gateway = await RealGateway.StartAsync(limits: limits);
        var port = gateway.Address.Port;
        var isUp = true;
        using var folder = new TemporaryDirectory();
        var isKept = random.Next(2) == 0;
        var logger = new LoggerConfiguration().WriteTo.Grpc(
            o =>
            {
                (o.Endpoint, o.Diagnostics) = (gateway.Address.ToString(), _diagnostics);
                (o.QueueBytesLimit, o.BatchBytesLimit) = (1 << 20, 16 << 10);
                (o.BufferingTimeLimit, o.CallTimeout) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(2));
                (o.BufferPath, o.FatalTimeout) = (isKept ? folder.Path : null, TimeSpan.FromMilliseconds(200));
                o.ShutdownTimeout = TimeSpan.FromSeconds(random.Next(1, 4));
            },
            ignoreEnvironment: true).CreateLogger();
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(() => Watch(gateway, stop.Token));
        var logging = Enumerable.Range(0, Threads).Select(i => Task.Run(() => LogSome(logger, new Random(random.Next() + i), stop.Token))).ToArray();
        var gate = new TaskCompletionSource();
        for (var step = 0; step < Steps && _broken is null; step++)
        {
            switch (random.Next(5))
            {
                case 0 when isUp:
                    await gateway.StopAsync();
                    isUp = false;
                    break;
                case 1 when !isUp:
                    await gateway.StartAgainAsync(port, limits);
                    isUp = true;
                    break;
                case 2:
                    gate.TrySetResult();
                    gate = new TaskCompletionSource();
                    gateway.Open = gate.Task;
                    break;
                case 3:
                    gate.TrySetResult();
                    break;
            }

            await Task.Delay(random.Next(100), CancellationToken.None);
        }

        gate.TrySetResult();
        if (!isUp && random.Next(2) == 0)
        {
            await gateway.StartAgainAsync(port, limits);
        }

        await logger.DisposeAsync();
        await Task.Delay(20, CancellationToken.None);
        await stop.CancelAsync();
        await Task.WhenAll([watching, .. logging]);
        await Eventually.Holds(() => isKept || _diagnostics.Account.Buffered == 0, "nothing is on its way after the end");
        Assert.Null(_broken);
        var account = _diagnostics.Account;
        output.WriteLine($"{account}");
        Assert.Equal(_done, account.Emitted);
        Assert.InRange(gateway.Lines().Count, account.Acknowledged, account.Emitted - account.DroppedQueueFull - account.DroppedRejected);
    }

    private void LogSome(Logger logger, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            for (var i = random.Next(200); i > 0; i--)
            {
                var length = random.Next(500) == 0 ? 30_000 : random.Next(300);
                Interlocked.Increment(ref _begun);
                var level = random.Next(300) == 0 ? LogEventLevel.Fatal : LogEventLevel.Information;
                logger.Write(level, "{Noise}", new string((char)random.Next('a', 'z'), length));
                Interlocked.Increment(ref _done);
            }

            stop.WaitHandle.WaitOne(random.Next(5));
        }
    }

    private void Watch(RealGateway gateway, CancellationToken stop)
    {
        var before = new GrpcSinkAccount();
        while (!stop.IsCancellationRequested && _broken is null)
        {
            var done = Interlocked.Read(ref _done);
            var now = _diagnostics.Account;
            var begun = Interlocked.Read(ref _begun);
            var arrived = gateway.LineCount;
            _broken = now switch
            {
                _ when now.Emitted != now.Acknowledged + now.Buffered + now.Dropped => "the shares are not the whole",
                { Buffered: < 0 } => "less than nothing is buffered",
                _ when now.Emitted < done || now.Emitted > begun => $"{done} to {begun} were emitted",
                _ when now.Acknowledged > arrived => $"{arrived} arrived",
                _ when now.Acknowledged < before.Acknowledged || now.Emitted < before.Emitted || now.DroppedQueueFull < before.DroppedQueueFull
                    || now.DroppedRejected < before.DroppedRejected || now.DroppedShutdown < before.DroppedShutdown => $"a number fell: {before}",
                _ => null,
            } is { } what ? $"{what}: {now}" : null;
            before = now;
        }
    }
}
