using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Diagnostics;

namespace Telemetry.Shipping.Machine;

/// <summary>What the gateway would refuse for ever, said before anything starts.</summary>
internal static class IdentityCheck
{
    private const int MaxNameChars = 256;
    private const int MaxLabels = 32;
    private const int MaxLabelBytes = 128;
    private const int MaxShownChars = 40;

    /// <summary>Problems are sentences that name the setting, its value and what it may be.</summary>
    public static void Check(Identity identity, ICollection<string> problems)
    {
        CheckName("instance-id", identity.InstanceId, problems);
        CheckName("boot-id", identity.BootId, problems);
        CheckName("tenant", identity.Tenant, problems);
        if (identity.Labels.Count > MaxLabels)
        {
            problems.Add($"'label' is given {identity.Labels.Count} times; there may be at most {MaxLabels} labels.");
        }

        foreach (var (key, value) in identity.Labels.Where(l => Bytes(l.Key) > MaxLabelBytes || Bytes(l.Value) > MaxLabelBytes))
        {
            problems.Add($"'label' is '{Shown($"{key}={value}")}' with {Bytes(key)} and {Bytes(value)} bytes; "
                + $"key and value may have at most {MaxLabelBytes} bytes each.");
        }
    }

    /// <summary>A machine without the zones' data cannot tell; the servers that read times can.</summary>
    public static void CheckTimeZone(string zone, ICollection<string> problems)
    {
        if (zone.Length > 0 && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
            && TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Berlin", out _))
        {
            problems.Add($"'time-zone' is '{Shown(zone)}'; it has to be an IANA time zone like Europe/Berlin.");
        }
    }

    private static void CheckName(string setting, string name, ICollection<string> problems)
    {
        if (name.Length > MaxNameChars || name.Any(char.IsControl))
        {
            problems.Add($"'{setting}' is '{Shown(name)}' with {name.Length} characters; "
                + $"it has to be 1 to {MaxNameChars} printable characters.");
        }
    }

    private static string Shown(string text) =>
        Diagnostics.OneLine.Of(text.Length > MaxShownChars ? text[..MaxShownChars] + "…" : text);

    private static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);
}
