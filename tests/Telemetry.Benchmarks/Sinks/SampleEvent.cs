namespace Telemetry.Benchmarks.Sinks;

/// <summary>The event that every sink is given: three properties.</summary>
internal static class SampleEvent
{
    public const string Template = "order {Id} of {User} took {Elapsed} ms";
    public const string User = "ann@example.com";
    public const double Elapsed = 12.75;
}
