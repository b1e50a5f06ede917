namespace Telemetry.Autopsy;

/// <summary>
/// When what may be missing at the end of a lifetime was written. It is a time and never a count: nothing says how much a server
/// wrote after its last word.
/// </summary>
/// <param name="AfterUnixUs">
/// Everything minted until then is accounted for: the last heartbeat, the agent's stop, else the start; microseconds since the
/// Unix epoch.
/// </param>
/// <param name="UntilUnixUs">Nothing was written from then on: the instance had booted again. Null is unknown.</param>
public sealed record MissingTail(long AfterUnixUs, long? UntilUnixUs = null);
