using Telemetry.Grpc;

namespace Telemetry.Gateway.Tests;

public class DurabilityTests
{
    [Fact]
    public async Task NothingIsAckedBeforeTheBusSaysDurable()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await HoldingBackAsync(gateway, batches: 1);
        var answer = shipper.ReceiveAsync();

        await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        Assert.False(answer.IsCompleted);

        gateway.Bus.Entries[0].MakeDurable();
        Assert.Equal(1u, (await answer)!.Ack.Through);
    }

    [Fact]
    public async Task AcksFollowTheOrderOfTheCallNotOfTheBus()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await HoldingBackAsync(gateway, batches: 4);
        var answer = shipper.ReceiveAsync();
        gateway.Bus.Entries[3].MakeDurable();
        gateway.Bus.Entries[1].MakeDurable();
        await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        Assert.False(answer.IsCompleted);

        gateway.Bus.Entries[0].MakeDurable();
        Assert.Equal(2u, (await answer)!.Ack.Through);

        gateway.Bus.Entries[2].MakeDurable();
        Assert.Equal(4u, (await shipper.ReceiveAsync())!.Ack.Through);
    }

    [Fact]
    public async Task FailedAppendEndsTheCallAndNothingAfterItIsAcked()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await HoldingBackAsync(gateway, batches: 3);
        gateway.Bus.Entries[0].MakeDurable();
        await shipper.AckedThroughAsync(1);

        gateway.Bus.Entries[2].MakeDurable();
        gateway.Bus.Entries[1].Fail();

        Assert.Null(await shipper.ReceiveAsync());
        Assert.Equal(StatusCode.Unavailable, shipper.Call.Status.Code);
        await shipper.TrySendAsync(Some.Message(4, Some.Body()));
        Assert.Equal(3, gateway.Bus.Entries.Count);
    }

    [Fact]
    public async Task AppendThatNeverEndsEndsTheCall()
    {
        await using var gateway =
            await TestGateway.StartAsync(new GatewayLimits { AppendTimeout = TimeSpan.FromMilliseconds(50) });
        await using var shipper = await HoldingBackAsync(gateway, batches: 1);

        Assert.Equal(StatusCode.Unavailable, (await shipper.EndAsync()).Code);
    }

    [Fact]
    public async Task FailedCallLeavesTheOthersAlone()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var failing = await HoldingBackAsync(gateway, batches: 1);
        await using var other = await gateway.WelcomedShipperAsync();
        gateway.Bus.Entries[0].Fail();
        Assert.Equal(StatusCode.Unavailable, (await failing.EndAsync()).Code);

        gateway.Bus.HoldsBack = false;
        await other.SendAsync(Some.Message(1, Some.Body()));
        await other.AckedThroughAsync(1);
    }

    [Fact]
    public async Task ABusThatTakesNothingIsAProblemUntilItTakesABatch()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var failing = await HoldingBackAsync(gateway, batches: 1);
        Assert.Empty(gateway.Host.Problems);
        gateway.Bus.Entries[0].Fail();
        await failing.EndAsync();
        Assert.Contains("could not be made durable", Assert.Single(gateway.Host.Problems), StringComparison.Ordinal);

        gateway.Bus.HoldsBack = false;
        await using var next = await gateway.WelcomedShipperAsync();
        await next.SendAsync(Some.Message(1, Some.Body()));
        await next.AckedThroughAsync(1);
        Assert.Empty(gateway.Host.Problems);
    }

    [Fact]
    public async Task ABusThatNeitherTakesNorRefusesABatchIsAProblemAfterAWhile()
    {
        var time = new FakeTime(DateTimeOffset.UtcNow);
        await using var gateway = await TestGateway.StartAsync(time: time);
        time.Advance(TimeSpan.FromMinutes(5));
        await using var shipper = await HoldingBackAsync(gateway, batches: 1);
        Assert.Empty(gateway.Host.Problems);

        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Contains("waited", Assert.Single(gateway.Host.Problems), StringComparison.Ordinal);

        gateway.Bus.Entries[0].MakeDurable();
        await Eventually.Holds(() => !gateway.Host.Problems.Any(), "the bus has taken it");
    }

    [Fact]
    public async Task StopAcksWhatTheBusMakesDurableAndEndsTheCalls()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await HoldingBackAsync(gateway, batches: 2);

        var stopping = gateway.Host.StopAsync(TimeSpan.FromSeconds(5));
        gateway.Bus.Entries[1].MakeDurable();
        gateway.Bus.Entries[0].MakeDurable();

        await shipper.AckedThroughAsync(2);
        Assert.Equal(StatusCode.Unavailable, (await shipper.EndAsync()).Code);
        await stopping;
    }

    [Fact]
    public async Task StopKeepsToItsBudget()
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var shipper = await HoldingBackAsync(gateway, batches: 1);

        await gateway.Host.StopAsync(TimeSpan.FromMilliseconds(100)).WaitAsync(TimeSpan.FromSeconds(5));

        Assert.Null(await shipper.ReceiveAsync());
    }

    private static async Task<TestShipper> HoldingBackAsync(TestGateway gateway, int batches)
    {
        gateway.Bus.HoldsBack = true;
        var shipper = await gateway.WelcomedShipperAsync();
        for (var n = 1; n <= batches; n++)
        {
            await shipper.SendAsync(Some.Message((ulong)n, Some.Body()));
        }

        await Eventually.Holds(() => gateway.Bus.Entries.Count == batches, "all batches are with the bus");
        return shipper;
    }
}
