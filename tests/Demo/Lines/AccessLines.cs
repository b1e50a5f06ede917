using System.Globalization;

namespace Telemetry.Demo.Lines;

/// <summary>Combined access log, with an error log's line now and then.</summary>
internal sealed class AccessLines(SampleMessages messages, Random random) : LineSource(messages, random)
{
    public override string Next(DateTimeOffset now)
    {
        if (Random.Next(12) == 0)
        {
            var (level, text) = NextMessage();
            return string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd HH:mm:ss.fff}Z {level.ToUpperInvariant()} {text}");
        }

        var status = Random.Next(100) switch { < 90 => 200, < 94 => 304, < 97 => 404, < 99 => 302, _ => 502 };
        var path = OneOf("/", "/cart", "/checkout", "/api/orders", "/api/stock", "/img/logo.svg", "/search?q=lamp");
        var agent = OneOf("Mozilla/5.0 (X11; Linux x86_64)", "curl/8.5.0", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1)");
        var request = $"{OneOf("GET", "GET", "GET", "POST")} {path} HTTP/1.1";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"203.0.113.{Random.Next(1, 255)} - - [{now:dd/MMM/yyyy:HH:mm:ss} +0000] \"{request}\" {status} "
            + $"{Random.Next(200, 40_000)} \"-\" \"{agent}\"");
    }
}
