using Telemetry.Grpc;
using Telemetry.Protos.V1;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Gateway.Tests;

public class RejectTests
{
    public static readonly TheoryData<string, RejectReason, byte[]> Bad = new()
    {
        { "wrong checksum", RejectReason.Checksum, Flipped(Some.Body(lineBytes: 400)) },
        { "unknown lane", RejectReason.Lane, Some.Body(Some.Body(), h => h with { Lane = (Lane)9 }) },
        { "no lane", RejectReason.Lane, Some.Body(Some.Body(), h => h with { Lane = 0 }) },
        { "the other lane", RejectReason.Lane, Some.Body(lane: Lane.Critical) },
        { "huge claimed size", RejectReason.Size, Some.Body(Some.Body(lineBytes: 400), h => h with { RawSize = int.MaxValue }) },
        {
            "huge claimed count", RejectReason.Size,
            Some.Body(Some.Body(lineBytes: 400), h => h with
            {
                RecordCount = 1 << 21,
                Runs = [.. Enumerable.Repeat(h.Runs[0] with { Count = 1 << 20 }, 2)],
            })
        },
        {
            "another instance's lifetime", RejectReason.Identity,
            Some.Body(LifetimeId.From("i-other", Some.Boot))
        },
        {
            "a former lifetime that the Hello did not name", RejectReason.Identity,
            Some.Body(LifetimeId.From(Some.Instance, Some.FormerBoot))
        },
        { "more counted than run", RejectReason.Decoding, Some.Body(Some.Body(), h => h with { RecordCount = 4 }) },
        { "size of a stored payload", RejectReason.Decoding, Some.Body(Some.Body(), h => h with { RawSize = h.RawSize + 1 }) },
        { "checksum of a stored payload", RejectReason.Decoding, Some.Body(Some.Body(), h => h with { RawCrc32C = 1 }) },
        {
            "more records than bytes", RejectReason.Decoding,
            Some.Body(Some.Body(), h => h with { RecordCount = 60, Runs = [h.Runs[0] with { Count = 60 }] })
        },
        { "no runs", RejectReason.Decoding, Some.Body(Some.Body(), h => h with { Runs = [], RecordCount = 0 }) },
        { "unknown compression", RejectReason.Decoding, Some.Body(Some.Body(), h => h with { Compression = (Wire.Compression)7 }) },
        { "no header", RejectReason.Decoding, [0x1A, 1, 0] },
        { "nothing", RejectReason.Decoding, [] },
        { "header of garbage", RejectReason.Decoding, [0x12, 3, 0xFF, 0xFF, 0xFF] },
        { "field cut off", RejectReason.Decoding, [0x12, 50, 1] },
        { "a little too large", RejectReason.Size, Some.IncompressibleBody(WireLimits.MaxBatchBytes) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task BadBatchIsRejectedForGoodAndTheCallGoesOn(string what, RejectReason reason, byte[] body)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var counted = new MetricsOf(gateway.Host);
        await using var other = await gateway.WelcomedShipperAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();

        await shipper.SendAsync(Some.Message(1, body));
        await shipper.SendAsync(Some.Message(2, Some.Body()));

        var reject = (await shipper.ReceiveAsync())?.Reject;
        Assert.True(reject is not null, $"{what}: {shipper.Call.Status}");
        Assert.Equal((1ul, reason), (reject!.Batch, reject.Reason));
        Assert.NotEmpty(reject.Detail);
        await shipper.AckedThroughAsync(2);
        await other.SendAsync(Some.Message(1, Some.Body()));
        await other.AckedThroughAsync(1);
        Assert.Equal(2, gateway.Bus.Entries.Count);
        Assert.Equal(1, counted.Total("gateway.batches.rejected", "reason", reason.ToString().ToLowerInvariant()));
        Assert.Equal(counted.Total("gateway.batches.received"),
            counted.Total("gateway.batches.durable") + counted.Total("gateway.batches.rejected"));
    }

    [Fact]
    public async Task RejectionWaitsForTheAckOfWhatWasBeforeIt()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Bus.HoldsBack = true;
        await using var shipper = await gateway.WelcomedShipperAsync();
        await shipper.SendAsync(Some.Message(1, Some.Body()));
        await shipper.SendAsync(Some.Message(2, Flipped(Some.Body(lineBytes: 400))));
        await shipper.SendAsync(Some.Message(3, Some.Body()));
        await Eventually.Holds(() => gateway.Bus.Entries.Count == 2, "both good batches are with the bus");
        gateway.Bus.Entries[1].MakeDurable();
        gateway.Bus.Entries[0].MakeDurable();

        Assert.Equal(1u, (await shipper.ReceiveAsync())!.Ack.Through);
        Assert.Equal(2u, (await shipper.ReceiveAsync())!.Reject.Batch);
        await shipper.AckedThroughAsync(3);
    }

    [Fact]
    public async Task MessageFarOverTheLimitEndsTheCallBeforeItIsTaken()
    {
        await using var gateway = await TestGateway.StartAsync(new GatewayLimits { MaxBatchBytes = 1000 });
        await using var other = await gateway.WelcomedShipperAsync();
        await using var shipper = await gateway.WelcomedShipperAsync();

        await shipper.TrySendAsync(Some.Message(1, new byte[200_000]));

        Assert.Equal(StatusCode.ResourceExhausted, (await shipper.EndAsync()).Code);
        await other.SendAsync(Some.Message(1, Some.Body()));
        await other.AckedThroughAsync(1);
    }

    private static byte[] Flipped(byte[] body)
    {
        body[^1] ^= 1;
        return body;
    }
}
