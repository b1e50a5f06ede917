using System.Net.Sockets;
using Telemetry.Grpc;

namespace Telemetry.Gateway.Tests;

public class HostileTests
{
    [Fact]
    public async Task RandomMessagesEndCallsAndNothingElse()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var metrics = new MetricsOf(gateway.Host);
        await using var other = await gateway.WelcomedShipperAsync();
        var random = new Random(20260102);
        for (var i = 0; i < 300; i++)
        {
            await using var shipper = gateway.OpenShipper();
            if (random.Next(3) > 0)
            {
                await shipper.SendAsync(Some.Message(Some.Hello()));
            }

            for (var n = 1; n <= 3; n++)
            {
                await shipper.TrySendAsync(SomeNoise(random, n));
            }

            await shipper.Call.CompleteAsync();
            var status = await shipper.EndAsync();
            Assert.True(status.Code is StatusCode.Ok or StatusCode.InvalidArgument, status.ToString());
        }

        await other.SendAsync(Some.Message(1, Some.Body()));
        await other.AckedThroughAsync(1);
        Assert.Equal(metrics.Total("gateway.batches.received"), metrics.Total("gateway.batches.durable")
            + metrics.Total("gateway.batches.rejected"));
    }

    [Fact]
    public async Task ClientsThatVanishLeaveNothingBehind()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var metrics = new MetricsOf(gateway.Host);
        gateway.Bus.HoldsBack = true;
        for (var i = 0; i < 20; i++)
        {
            await using var shipper = await gateway.WelcomedShipperAsync();
            await shipper.SendAsync(Some.Message(1, Some.Body()));
        }

        await Eventually.Holds(() => metrics.Total("gateway.calls") == 0, "every call has ended");
        foreach (var entry in gateway.Bus.Entries)
        {
            entry.MakeDurable();
        }

        await Eventually.Holds(() => metrics.Gauge("gateway.pending") == 0, "nothing is pending");
    }

    [Theory]
    [InlineData("POST /telemetry.v1.Ingest/Ship HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")]
    [InlineData("\x16\x03\x01\x02\x00")]
    public async Task WhatIsNoHttp2IsCutOff(string bytes)
    {
        await using var gateway = await TestGateway.StartAsync();
        await using var other = await gateway.WelcomedShipperAsync();
        using var client = new TcpClient("127.0.0.1", gateway.Host.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes));
        client.Client.Shutdown(SocketShutdown.Send);

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await stream.CopyToAsync(Stream.Null, deadline.Token);
        }
        catch (IOException)
        {
            // A reset is an end as well.
        }

        await other.SendAsync(Some.Message(1, Some.Body()));
        await other.AckedThroughAsync(1);
    }

    /// <summary>Bytes at random, or a good message with some of its bytes changed.</summary>
    private static byte[] SomeNoise(Random random, int number)
    {
        if (random.Next(2) == 0)
        {
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            return noise;
        }

        var message = random.Next(2) == 0 ? Some.Message(Some.Hello()) : Some.Message((ulong)number, Some.Body());
        for (var i = random.Next(4); i >= 0; i--)
        {
            message[random.Next(message.Length)] = (byte)random.Next(256);
        }

        return message;
    }
}
