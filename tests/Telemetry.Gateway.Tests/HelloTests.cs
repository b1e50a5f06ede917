using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Tests;

public class HelloTests
{
    public static readonly TheoryData<string, StatusCode, Action<Hello>> Wrong = new()
    {
        { "protocol version 0", StatusCode.FailedPrecondition, h => h.ProtocolVersion = 0 },
        { "protocol version 2", StatusCode.FailedPrecondition, h => h.ProtocolVersion = 2 },
        { "no lane", StatusCode.InvalidArgument, h => h.Lane = 0 },
        { "unknown lane", StatusCode.InvalidArgument, h => h.Lane = (Protos.V1.Lane)3 },
        { "no identity", StatusCode.InvalidArgument, h => h.Identity = null },
        { "no instance", StatusCode.InvalidArgument, h => h.Identity.InstanceId = "" },
        { "no boot", StatusCode.InvalidArgument, h => h.Identity.BootId = "" },
        { "control character", StatusCode.InvalidArgument, h => h.Identity.InstanceId = "a\nb" },
        { "long instance", StatusCode.InvalidArgument, h => h.Identity.InstanceId = new string('a', 257) },
        { "empty former boot", StatusCode.InvalidArgument, h => h.Former.Add(new FormerLifetime()) },
        {
            "too many former boots", StatusCode.InvalidArgument,
            h => h.Former.Add(Enumerable.Repeat(new FormerLifetime { BootId = "b" }, 65))
        },
        {
            "another's lifetime", StatusCode.InvalidArgument,
            h => h.Identity.LifetimeId = Google.Protobuf.ByteString.CopyFrom(new byte[16])
        },
    };

    [Fact]
    public async Task HelloIsWelcomedWithTheLimits()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxUnackedBatches = 9 });
        await using var shipper = gateway.OpenShipper();

        await shipper.SendAsync(Some.Message(Some.Hello()));

        var welcome = (await shipper.ReceiveAsync())!.Welcome;
        Assert.Equal((4u << 20, 16u << 20, 9u, "test"),
            (welcome.MaxBatchBytes, welcome.MaxRawBytes, welcome.MaxUnackedBatches, welcome.Gateway));
        await shipper.Call.CompleteAsync();
        Assert.Equal(GrpcStatus.Ok, await shipper.EndAsync());
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task WrongHelloEndsTheCall(string what, StatusCode code, Action<Hello> change)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = gateway.OpenShipper();
        var hello = Some.Hello();
        change(hello);

        await shipper.TrySendAsync(Some.Message(hello));

        var status = await shipper.EndAsync();
        Assert.True(status.Code == code, $"{what}: {status}");
        Assert.NotEmpty(status.Message);
    }

    [Fact]
    public async Task BatchBeforeHelloEndsTheCall()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = gateway.OpenShipper();

        await shipper.TrySendAsync(Some.Message(1, Some.Body()));

        Assert.Equal(StatusCode.InvalidArgument, (await shipper.EndAsync()).Code);
        Assert.Empty(gateway.Bus.Entries);
    }

    [Fact]
    public async Task SecondHelloEndsTheCall()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();

        await shipper.TrySendAsync(Some.Message(Some.Hello()));

        Assert.Equal(StatusCode.InvalidArgument, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task HelloThatDoesNotComeEndsTheCall()
    {
        await using var gateway =
            await TestGateway.StartAsync(new GatewayLimits { HelloTimeout = TimeSpan.FromMilliseconds(50) });
        await using var shipper = gateway.OpenShipper();

        Assert.Equal(StatusCode.DeadlineExceeded, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task LaneOfTheCallIsTheLaneOfTheBus()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await gateway.WelcomedShipperAsync(Lane.Critical);

        await shipper.SendAsync(Some.Message(1, Some.Body(lane: Lane.Critical)));
        await shipper.AckedThroughAsync(1);

        Assert.Equal(Lane.Critical, Assert.Single(gateway.Bus.Entries).Lane);
    }
}
