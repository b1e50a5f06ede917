namespace Telemetry.Gateway.Levels;

/// <summary>From which level on a service is to log, and for how long.</summary>
/// <param name="Service">Name of the service.</param>
/// <param name="Level">One of <see cref="LevelStore.Names"/>.</param>
/// <param name="UntilUnixUs">When that ends, microseconds since the Unix epoch.</param>
/// <param name="By">Who asked for it.</param>
public sealed record LevelRule(string Service, string Level, long UntilUnixUs, string By);
