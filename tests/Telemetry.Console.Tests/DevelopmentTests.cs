using System.Globalization;

namespace Telemetry.Console.Tests;

/// <summary>
/// Serves the sample fleet, for work on the pages: <c>Telemetry.Console.Tests -explicit only</c>, at 127.0.0.1:5090 or the port in
/// <c>TELEMETRY_CONSOLE_PORT</c>.
/// </summary>
public sealed class DevelopmentTests
{
    [Fact(Explicit = true)]
    public async Task ServesTheFleet()
    {
        var port = Environment.GetEnvironmentVariable("TELEMETRY_CONSOLE_PORT") ?? "5090";
        var fleet = new Fleet(TimeProvider.System);
        await using var host = await ConsoleHost.StartAsync(
            new ConsoleServices { Documents = fleet.Documents, Lifetimes = fleet.Lifetimes }, int.Parse(port, CultureInfo.InvariantCulture));
        for (ulong seq = 10_000; !TestContext.Current.CancellationToken.IsCancellationRequested; seq++)
        {
            await Task.Delay(700, TestContext.Current.CancellationToken);
            fleet.Documents.Add(Some.Line(
                Some.UnixUs(TimeProvider.System), seq, $"tick {seq}", ("log.level", seq % 5 == 0 ? "warn" : "info"), ("host.name", "web-2")));
        }
    }
}
