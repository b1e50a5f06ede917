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
    private static readonly TimeSpan LongerThanThePumpIsAwake = TimeSpan.FromSeconds(1);

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
        var pump = new SinkPump(buffer, lanes, options, TimeProvider.System);
        var line = new byte[8 << 10];
        Array.Fill(line, (byte)'x');
        var added = 0;
        for (; !said.ToString().Contains("The spool takes nothing more", StringComparison.Ordinal); added++)
        {
            buffer.TryAdd(line);
            await Eventually.Holds(() => buffer.Counts.Held == 0, "the pump has taken it");
        }

        await Task.Delay(LongerThanThePumpIsAwake);
        await using var gateway = await RealGateway.StartAsync(port);
        await Eventually.Holds(() => gateway.LineCount == added, "all of them arrive");
        Assert.True(await pump.EndAsync(TimeSpan.FromSeconds(10)));
    }
}
