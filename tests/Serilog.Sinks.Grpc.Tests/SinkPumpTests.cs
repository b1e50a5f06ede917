using Serilog.Sinks.Grpc.Buffering;
using Serilog.Sinks.Grpc.Sending;
using Telemetry.Shipper.Tests.Support;
using Telemetry.Shipping.Sending;
using Telemetry.Tests.Support.Servers;
using DiagnosticLog = Telemetry.Shipping.Diagnostics.Log;
using LogLevel = Telemetry.Shipping.Diagnostics.LogLevel;

namespace Serilog.Sinks.Grpc.Tests;

public sealed class SinkPumpTests
{
    [Fact]
    public async Task WhatWaitedForRoomIsSentWhenThereIsAlsoWhenNoEventFollows()
    {
        var port = FreePort.One();
        var options = new BatchedGrpcSinkOptions
        {
            Endpoint = $"http://127.0.0.1:{port}", ServiceName = "shop", Compression = BatchCompression.None, BatchBytesLimit = 64 << 10,
        };
        var said = new StringWriter();
        using var buffer = new EventBuffer(64 << 20, int.MaxValue);
        var lanes = SinkLanes.Open(options, new SenderOptions { MaxBackoff = TimeSpan.FromMilliseconds(200) }, ApplicationIdentity.Find(options, _ => null),
            new DiagnosticLog(TextWriter.Synchronized(said), LogLevel.Warn, TimeProvider.System), TimeProvider.System, new Random(1));

        // It falls asleep as soon as it has nothing to do.
        var time = new HastyTime { IsHasty = true };
        var pump = new SinkPump(buffer, lanes, options, time);
        var line = new byte[8 << 10];
        Array.Fill(line, (byte)'x');
        var added = 0;
        var isFull = false;
        while (!isFull)
        {
            buffer.TryAdd(line);
            added++;
            await Eventually.Holds(
                () => lanes.Bulk.TakenRecords == added || (isFull = said.ToString().Contains("The spool takes nothing more", StringComparison.Ordinal)),
                "it is in the log, or waits for room there");
        }

        await using var gateway = await RealGateway.StartAsync(port);
        await Eventually.Holds(() => gateway.LineCount == added, "all of them arrive");
        time.IsHasty = false;
        Assert.True(await pump.EndAsync(TimeSpan.FromSeconds(10)));
    }
}
