namespace Telemetry.Shipper.Configuration;

/// <summary>Smallest and largest value of a setting, both included, as one writes them.</summary>
internal sealed record ValueRange(string Least, string Most)
{
    public bool HasSize(long bytes) =>
        Units.TrySize(Least, out var least) && Units.TrySize(Most, out var most) && bytes >= least && bytes <= most;

    public bool HasNumber(int number) => number >= int.Parse(Least) && number <= int.Parse(Most);

    public override string ToString() => $"from {Least} to {Most}";
}
