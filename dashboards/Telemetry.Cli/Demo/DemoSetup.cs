namespace Telemetry.Cli.Demo;

/// <summary>What the fleet is made of.</summary>
/// <param name="Directory">Everything the demo writes lies here.</param>
/// <param name="Gateway">URL that its shippers deliver to.</param>
/// <param name="Console">URL that the story points to.</param>
/// <param name="ShipperProgram">Path of telemetry-shipper.</param>
/// <param name="ServiceProgram">Path of telemetry-demo-service.</param>
/// <param name="Samples">Directory of LogHub samples; null is none.</param>
internal sealed record DemoSetup(
    string Directory, string Gateway, Uri Console, string ShipperProgram, string ServiceProgram, string? Samples)
{
    /// <summary>LogHub beside the source tree; null when this is not run from there or it is absent.</summary>
    public static string? FindSamples(string? tree)
    {
        var samples = tree is null ? null : Path.GetFullPath(Path.Combine(tree, "..", "shared", "data", "loghub"));
        return System.IO.Directory.Exists(samples) ? samples : null;
    }
}
