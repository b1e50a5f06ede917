namespace Telemetry.Shipper.Configuration;

/// <summary>A value and where it comes from: "flag", "environment NAME", "file PATH" or "default".</summary>
internal sealed record SettingValue(IReadOnlyList<string> Values, string Source);
