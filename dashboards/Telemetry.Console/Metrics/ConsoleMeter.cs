using System.Diagnostics.Metrics;

namespace Telemetry.Console.Metrics;

/// <summary>The console's own instruments.</summary>
internal static class ConsoleMeter
{
    public const string Name = "Telemetry.Console";

    private static readonly Meter Meter = new(Name);

    /// <summary>Live tails that are open.</summary>
    public static readonly UpDownCounter<long> Tails = Meter.CreateUpDownCounter<long>(
        "telemetry_console_tails", description: "Live tails that are open.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "telemetry_console_requests", description: "Requests answered, by route and status.");

    private static readonly Histogram<double> Seconds = Meter.CreateHistogram<double>(
        "telemetry_console_request_seconds", "s", "Time until the last byte of an answer, by route.");

    public static void Answered(string route, int status, TimeSpan elapsed)
    {
        Requests.Add(1, new KeyValuePair<string, object?>("route", route), new KeyValuePair<string, object?>("status", status));
        Seconds.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("route", route));
    }
}
