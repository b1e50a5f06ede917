using Telemetry.Grpc;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Tests;

public class BackpressureTests
{
    [Fact]
    public async Task FullWindowStopsReadingAndTheShipperWaits()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxUnackedBatches = 4 });
        gateway.Bus.HoldsBack = true;
        await using var shipper = await gateway.WelcomedShipperAsync();
        var body = Some.IncompressibleBody(256 << 10);

        // Four batches are taken, and a flow-control window or two lies between; the rest cannot leave the shipper.
        var sender = new Sender(shipper, body, messages: 50);
        await Eventually.Holds(() => gateway.Bus.Entries.Count == 4, "the window is full");
        Assert.InRange(await sender.StuckAtAsync(), 4, 16);
        Assert.Equal(4, gateway.Bus.Entries.Count);

        gateway.Bus.HoldsBack = false;
        foreach (var entry in gateway.Bus.Entries)
        {
            entry.MakeDurable();
        }

        await shipper.AckedThroughAsync(50);
        await sender.Done;
    }

    [Fact]
    public async Task LaneThatIsFullDoesNotHoldUpTheOther()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxPendingBytes = 100_000 });
        gateway.Bus.HoldsBack = true;
        await using var bulk = await gateway.WelcomedShipperAsync();
        var sender = new Sender(bulk, Some.IncompressibleBody(256 << 10), messages: 50);
        await Eventually.Holds(() => gateway.Bus.Entries.Count == 1, "the lane is full");
        await sender.StuckAtAsync();
        gateway.Bus.HoldsBack = false;

        await using var critical = await gateway.WelcomedShipperAsync(Lane.Critical);
        await critical.SendAsync(Some.Message(1, Some.Body(lane: Lane.Critical)));

        await critical.AckedThroughAsync(1);
    }

    [Fact]
    public async Task PendingBytesOfALaneAreBoundedOverAllCallsAndGivenBack()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxPendingBytes = 300_000 });
        using var metrics = new MetricsOf(gateway.Host);
        gateway.Bus.HoldsBack = true;
        await using var first = await gateway.WelcomedShipperAsync();
        await using var second = await gateway.WelcomedShipperAsync();
        var body = Some.IncompressibleBody(100_000);
        for (ulong n = 1; n <= 2; n++)
        {
            await first.SendAsync(Some.Message(n, body));
            await second.SendAsync(Some.Message(n, body));
        }

        await Eventually.Holds(() => gateway.Bus.Entries.Count == 2, "two batches fit");
        Assert.InRange(metrics.Gauge("gateway.pending"), 200_000, 300_000);

        gateway.Bus.HoldsBack = false;
        foreach (var entry in gateway.Bus.Entries)
        {
            entry.MakeDurable();
        }

        await first.AckedThroughAsync(2);
        await second.AckedThroughAsync(2);
        Assert.Equal(0, metrics.Gauge("gateway.pending"));
    }

    [Fact]
    public async Task BytesOfACallThatBrokeStayPendingUntilTheBusIsDone()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var metrics = new MetricsOf(gateway.Host);
        gateway.Bus.HoldsBack = true;
        await using (var shipper = await gateway.WelcomedShipperAsync())
        {
            await shipper.SendAsync(Some.Message(1, Some.Body()));
            await Eventually.Holds(() => gateway.Bus.Entries.Count == 1, "the batch is with the bus");
        }

        await Eventually.Holds(() => metrics.Total("gateway.calls") <= 0, "the call has ended");
        Assert.True(metrics.Gauge("gateway.pending") > 0);

        gateway.Bus.Entries[0].MakeDurable();
        await Eventually.Holds(() => metrics.Gauge("gateway.pending") == 0, "the bytes are given back");
    }

    [Fact]
    public async Task CallBeyondTheBoundIsRefusedUntilOneEnds()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxCallsPerLane = 1 });
        var first = await gateway.WelcomedShipperAsync();
        await using var second = gateway.OpenShipper();
        await second.TrySendAsync(Some.Message(Some.Hello()));
        Assert.Equal(StatusCode.Unavailable, (await second.EndAsync()).Code);

        await first.DisposeAsync();

        await Eventually.Holds(
            async () =>
            {
                await using var third = gateway.OpenShipper();
                await third.TrySendAsync(Some.Message(Some.Hello()));
                return (await third.ReceiveAsync())?.Welcome is not null;
            },
            "the place is free again");
    }

    [Fact]
    public async Task CallThatSendsNothingIsEnded()
    {
        await using var gateway =
            await TestGateway.StartAsync(new GatewayLimits { IdleTimeout = TimeSpan.FromMilliseconds(50) });
        await using var shipper = await gateway.WelcomedShipperAsync();

        Assert.Equal(StatusCode.Unavailable, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task ClientThatTakesNoAnswersIsDropped()
    {
        await using var gateway =
            await TestGateway.StartAsync(new GatewayLimits { AnswerTimeout = TimeSpan.FromMilliseconds(100) });
        using var metrics = new MetricsOf(gateway.Host);
        await using var shipper = await gateway.WelcomedShipperAsync();

        // Rejections have a sentence each, so that they soon fill the window that nobody empties.
        var sender = new Sender(shipper, [0x1A, 1, 0], messages: 100_000);

        await Eventually.Holds(() => metrics.Total("gateway.calls.ended") > 0, "the call was dropped");
        await Assert.ThrowsAsync<GrpcException>(() => sender.Done);
    }

    /// <summary>Sends batches for as long as the gateway takes them.</summary>
    private sealed class Sender
    {
        private int _sent;

        public Sender(TestShipper shipper, byte[] body, int messages) => Done = Task.Run(async () =>
        {
            for (var n = 1; n <= messages; n++)
            {
                await shipper.Call.WriteAsync(Some.Message((ulong)n, body), default);
                Interlocked.Increment(ref _sent);
            }
        });

        public Task Done { get; }

        /// <summary>Waits until nothing more leaves; how many have left.</summary>
        public async Task<int> StuckAtAsync()
        {
            var before = 0;
            await Eventually.Holds(
                async () =>
                {
                    before = Volatile.Read(ref _sent);
                    await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
                    return before == Volatile.Read(ref _sent);
                },
                "the shipper waits");
            return before;
        }
    }
}
