namespace Telemetry.Shipping.Machine;

/// <summary>What somebody configured about the identity.</summary>
/// <param name="Text">Value of <c>instance-id</c>, <c>boot-id</c>, <c>host-name</c>, <c>role</c>, <c>zone</c>, <c>tenant</c>, <c>image</c>,
/// <c>time-zone</c>, and of <c>identity</c>, the file; "" is none.</param>
/// <param name="IsFileNamed">Somebody named the file, so that it has to exist.</param>
/// <param name="Labels">Each "KEY=VALUE".</param>
internal sealed record IdentityClaims(Func<string, string> Text, bool IsFileNamed, IReadOnlyList<string> Labels);
