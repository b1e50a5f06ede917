using Telemetry.Grpc.Server.Health;

namespace Telemetry.Grpc.Server.Tests;

public class HealthTests
{
    private static readonly GrpcCallOptions _soon = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Theory]
    [InlineData("", StatusCode.Ok, new byte[] { 0x08, 1 })]
    [InlineData("api", StatusCode.Ok, new byte[] { 0x08, 2 })]
    [InlineData("other", StatusCode.NotFound, new byte[0])]
    public async Task CheckTellsOrDoesNotKnow(string service, StatusCode code, byte[] answer)
    {
        var health = new HealthService();
        health.Set("api", ServingStatus.NotServing);
        await using var server = await GrpcTestServer.StartAsync(health.Map);
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync("/grpc.health.v1.Health/Check", Request(service), _soon, default);

        Assert.Equal(code, result.Status.Code);
        Assert.Equal(answer, result.Message.ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 5, 1 })]
    [InlineData(new byte[] { 0x10, 1 })]
    [InlineData(new byte[] { 0x0A })]
    public async Task RequestThatIsNoneIsInvalid(byte[] request)
    {
        await using var server = await GrpcTestServer.StartAsync(new HealthService().Map);
        await using var channel = server.OpenChannel();

        var result = await channel.UnaryAsync("/grpc.health.v1.Health/Check", request, _soon, default);

        Assert.Equal(StatusCode.InvalidArgument, result.Status.Code);
    }

    [Fact]
    public async Task WatchTellsAtOnceAndThenWhatChanges()
    {
        var health = new HealthService();
        await using var server = await GrpcTestServer.StartAsync(health.Map);
        await using var channel = server.OpenChannel();
        await using var watch = channel.OpenDuplex("/grpc.health.v1.Health/Watch", _soon);
        await watch.WriteAsync(Request("api"), default);
        await watch.CompleteAsync();

        Assert.Equal(3, await NextAsync(watch));
        health.Set("api", ServingStatus.Serving);
        Assert.Equal(1, await NextAsync(watch));
        health.Set("other", ServingStatus.Serving);
        health.StopServing();
        Assert.Equal(2, await NextAsync(watch));
    }

    private static async Task<int> NextAsync(DuplexCall watch)
    {
        Assert.True(await watch.ReadAsync(default), watch.Status.ToString());
        return watch.Current.Span[1];
    }

    private static byte[] Request(string service) =>
        service.Length == 0 ? [] : [0x0A, (byte)service.Length, .. System.Text.Encoding.UTF8.GetBytes(service)];
}
