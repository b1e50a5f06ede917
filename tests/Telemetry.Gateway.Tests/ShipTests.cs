using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Tests;

public class ShipTests
{
    [Fact]
    public async Task BatchReachesTheBusAsItWasSentWithAStampAndIsAcked()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();
        var body = Some.Body();

        await shipper.SendAsync(Some.Message(1, body));
        await shipper.AckedThroughAsync(1);

        var entry = Assert.Single(gateway.Bus.Entries);
        Assert.Equal(body, entry.Body);
        Assert.Equal((Some.Lifetime, Some.Instance, ""),
            (entry.Stamp.Lifetime, entry.Stamp.InstanceId, entry.Stamp.Tenant));
        Assert.StartsWith("127.0.0.1:", entry.Stamp.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FieldsThatAreNotOfABodyDoNotReachTheBus()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();
        var body = Some.Body();

        // The number after the body and an unknown field 15 between.
        byte[] batch = [.. body, 0x7A, 2, 1, 2, 0x08, 1];
        await shipper.SendAsync([0x12, (byte)(batch.Length & 0x7F | 0x80), (byte)(batch.Length >> 7), .. batch]);
        await shipper.AckedThroughAsync(1);

        Assert.Equal(body, Assert.Single(gateway.Bus.Entries).Body);
    }

    [Fact]
    public async Task LargestBatchIsTaken()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();
        var body = Some.IncompressibleBody(WireLimits.MaxBatchBytes - 200);

        await shipper.SendAsync(Some.Message(1, body));
        await shipper.AckedThroughAsync(1);

        Assert.Equal(body, Assert.Single(gateway.Bus.Entries).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(ulong.MaxValue)]
    public async Task NumberThatDoesNotFollowEndsTheCall(ulong number)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();

        await shipper.TrySendAsync(Some.Message(number, Some.Body()));

        Assert.Equal(StatusCode.InvalidArgument, (await shipper.EndAsync()).Code);
        Assert.Empty(gateway.Bus.Entries);
    }

    [Fact]
    public async Task BatchOfAFormerLifetimeThatTheHelloProvesIsTaken()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = gateway.OpenShipper();
        var hello = Some.Hello();
        hello.Former.Add(new FormerLifetime { BootId = Some.FormerBoot });
        await shipper.SendAsync(Some.Message(hello));
        await shipper.ReceiveAsync();
        var former = LifetimeId.From(Some.Instance, Some.FormerBoot);

        await shipper.SendAsync(Some.Message(1, Some.Body(former)));
        await shipper.AckedThroughAsync(1);

        Assert.Equal(former, Assert.Single(gateway.Bus.Entries).Stamp.Lifetime);
    }

    [Fact]
    public async Task ManyBatchesAreAckedThroughTheLast()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();
        var acked = shipper.AckedThroughAsync(2000);

        var body = Some.Body();
        for (ulong n = 1; n <= 2000; n++)
        {
            await shipper.SendAsync(Some.Message(n, body));
        }

        await acked;
        Assert.Equal(2000, gateway.Bus.Entries.Count);
        var times = gateway.Bus.Entries.Select(e => e.Stamp.BusUnixUs).ToArray();
        Assert.Equal(times.Order().Distinct(), times);
    }

    [Fact]
    public async Task HalfCloseIsAnsweredWhenAllIsAcked()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Bus.HoldsBack = true;
        await using var shipper = await gateway.WelcomedShipperAsync();
        await shipper.SendAsync(Some.Message(1, Some.Body()));
        await shipper.Call.CompleteAsync();
        await Eventually.Holds(() => gateway.Bus.Entries.Count == 1, "the batch is with the bus");

        gateway.Bus.Entries[0].MakeDurable();

        await shipper.AckedThroughAsync(1);
        Assert.Equal(GrpcStatus.Ok, await shipper.EndAsync());
    }

    [Fact]
    public async Task LaneOfTheBatchIsTheCallsLane()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync(Lane.Critical);

        await shipper.SendAsync(Some.Message(1, Some.Body(lane: Lane.Bulk)));

        Assert.Equal(RejectReason.Lane, (await shipper.ReceiveAsync())!.Reject.Reason);
    }
}
