namespace Telemetry.Console.Care;

/// <summary>Whether a request may change what is stored.</summary>
/// <param name="User">Who it is, for the audit.</param>
/// <param name="Refusal">Why not, one sentence; null when it may.</param>
public readonly record struct ChangeRight(string User, string? Refusal);
