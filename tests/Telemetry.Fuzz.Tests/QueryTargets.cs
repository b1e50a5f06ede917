using System.Text;
using Telemetry.Query;

namespace Telemetry.Fuzz.Tests;

public class QueryTargets
{
    [Fact]
    public void QueriesParseAndPrintToTheSame() => Fuzzing.Run(
        input =>
        {
            if (!KqlParser.TryParse(Encoding.UTF8.GetString(input), out var node, out _))
            {
                return;
            }

            var printed = KqlPrinter.Print(node);
            Assert.True(KqlParser.TryParse(printed, out var again, out var error), $"{printed}: {error}");
            Assert.Equal(printed, KqlPrinter.Print(again));
        },
        "service.name : api and log.level : (error or fatal) and \"connection refused\" and not host.name : web-*",
        "a >= 5 or (b : * and not c : \"x\\\"y\")", "@timestamp < now-1h");

    [Fact]
    public void Times() => Fuzzing.Run(
        input => TimeExpression.TryParse(Encoding.UTF8.GetString(input), 0, out _, out _),
        "2026-01-02T03:04:05.678+02:00", "now-15m", "7d", "2026-01-02");
}
