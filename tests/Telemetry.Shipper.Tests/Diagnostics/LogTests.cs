using Telemetry.Shipping.Diagnostics;

namespace Telemetry.Shipper.Tests.Diagnostics;

public class LogTests
{
    [Fact]
    public void WhatItWritesIsOneLineWhateverANameHolds()
    {
        var output = new StringWriter();
        var log = new Log(output, LogLevel.Info, new FakeTime());
        log.Warn("/tmp/a\nb\tc\r\u001b[2J\u0085é cannot be read");
        Assert.Equal("2026-01-02T03:04:05.000Z WARN  /tmp/a\\nb\\tc\\r\\x1b[2J\\x85é cannot be read" + Environment.NewLine, output.ToString());
    }
}
