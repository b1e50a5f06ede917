namespace Telemetry.Query;

/// <summary>Nothing satisfies it: the literal does not fit the field.</summary>
public sealed record NoValue : ValueTest;
