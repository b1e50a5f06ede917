using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class StartSummaryTests
{
    [Fact]
    public async Task ANewcomerIsToldWhereEverythingIs()
    {
        var output = new StringWriter();
        var summary = new StartSummary(color: false);

        await summary.PrintAsync(output, new("http://127.0.0.1:5080"), new("https://0.0.0.0:4319"), null, "/var/lib/telemetry", ["/var/log/*.log", "/var/log/syslog"]);
        await summary.PrintAsync(output, new("http://[::]:6000"), null, null, "/srv/data", null);
        await summary.PrintAsync(output, null, new("http://127.0.0.1:4319"), new("http://0.0.0.0:9100"), "/srv/data", null);

        Approved.Matches("start-summary.txt", output.ToString());
    }

    [Fact]
    public async Task AProgramIsToldTheSameInOneLine()
    {
        var output = new StringWriter();

        await StartSummary.PrintJsonAsync(output, new("http://127.0.0.1:6000"), new("https://0.0.0.0:4319"), new("http://127.0.0.1:9100"), "/srv/data", ["/var/log/*.log"]);
        await StartSummary.PrintJsonAsync(output, null, null, null, "/srv/data", null);

        Approved.Matches("start-summary.json", output.ToString());
    }
}
