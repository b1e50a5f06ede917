namespace Telemetry.Cli.Demo;

/// <summary>One server of the fleet on paper.</summary>
/// <param name="Name">Host name, "web-1"; its instance id as well.</param>
/// <param name="Role">"web", "api", "db" or "worker".</param>
/// <param name="Zone">Availability zone.</param>
/// <param name="LogsToFile">True when its service writes a file that a shipper tails; else the shipper runs the service.</param>
/// <param name="LinesPerSecond">How much it says.</param>
internal sealed record ServerPlan(string Name, string Role, string Zone, bool LogsToFile, int LinesPerSecond);
