using System.Globalization;
using Google.Protobuf;
using Telemetry.Protos.V1;
using Telemetry.Wire;

namespace Telemetry.Shipping.Machine;

/// <summary>
/// Who the server is: flags and environment over the identity file over what the machine tells. What nobody says stays empty.
/// </summary>
internal static class IdentityResolver
{
    private const string ZoneFolder = "/zoneinfo/";

    /// <summary>Without problems the identity has an instance and a boot.</summary>
    public static Identity Resolve(IdentityClaims claims, IMachine machine, IReadOnlyDictionary<string, string> environment,
        ICollection<string> problems)
    {
        var identity = new Identity();
        ReadFile(claims, machine, identity, problems);
        identity.InstanceId = First(claims.Text("instance-id"), identity.InstanceId, machine.Read("/etc/machine-id"));
        var kernelBootId = machine.Read("/proc/sys/kernel/random/boot_id");
        identity.BootId = First(claims.Text("boot-id"), identity.BootId, kernelBootId);
        identity.HostName = First(claims.Text("host-name"), identity.HostName, machine.HostName);
        identity.Role = First(claims.Text("role"), identity.Role);
        identity.Zone = First(claims.Text("zone"), identity.Zone);
        identity.Tenant = First(claims.Text("tenant"), identity.Tenant);
        identity.Image = First(claims.Text("image"), identity.Image);
        identity.TimeZone = First(claims.Text("time-zone"), identity.TimeZone);
        IdentityCheck.CheckTimeZone(identity.TimeZone, problems);
        identity.TimeZone = First(identity.TimeZone, TimeZoneOf(machine, environment));
        identity.Kernel = machine.Read("/proc/sys/kernel/osrelease");
        identity.Os = OsOf(machine.Read("/etc/os-release"));
        // Another boot than the kernel's, a container's for one, began when nobody says.
        identity.BootedUnixUs = identity.BootId == kernelBootId ? BootedOf(machine.Read("/proc/stat")) : 0;
        AddLabels(claims, identity);
        if (identity.InstanceId.Length == 0)
        {
            problems.Add("The instance has no id: /etc/machine-id is empty; give --instance-id or write it into the identity file.");
        }

        if (identity.BootId.Length == 0)
        {
            problems.Add("The boot has no id: /proc/sys/kernel/random/boot_id cannot be read; give --boot-id.");
        }

        IdentityCheck.Check(identity, problems);
        if (identity.InstanceId.Length > 0 && identity.BootId.Length > 0)
        {
            identity.LifetimeId = ByteString.CopyFrom(LifetimeId.From(identity.InstanceId, identity.BootId).ToByteArray());
        }

        return identity;
    }

    private static void ReadFile(IdentityClaims claims, IMachine machine, Identity identity, ICollection<string> problems)
    {
        var path = claims.Text("identity");
        if (path.Length == 0)
        {
            return;
        }

        if (machine.TryReadFile(path, out var problem) is { } json)
        {
            IdentityFile.Read(json, path, identity, problems);
        }
        else if (problem.Length > 0)
        {
            // Going on without it would ship as another server.
            problems.Add($"The identity file '{path}' cannot be read: {problem}");
        }
        else if (claims.IsFileNamed)
        {
            problems.Add($"The identity file '{path}' does not exist.");
        }
    }

    private static void AddLabels(IdentityClaims claims, Identity identity)
    {
        foreach (var label in claims.Labels)
        {
            var equals = label.IndexOf('=');
            if (equals > 0)
            {
                identity.Labels[label[..equals]] = label[(equals + 1)..];
            }
        }
    }

    private static string TimeZoneOf(IMachine machine, IReadOnlyDictionary<string, string> environment)
    {
        var variable = environment.GetValueOrDefault("TZ", "").TrimStart(':');
        var link = machine.ReadLink("/etc/localtime");
        var at = link.IndexOf(ZoneFolder, StringComparison.Ordinal);
        return First(variable.StartsWith('/') ? "" : variable, machine.Read("/etc/timezone"),
            at < 0 ? "" : link[(at + ZoneFolder.Length)..]);
    }

    private static string OsOf(string release)
    {
        const string key = "PRETTY_NAME=";
        var line = release.Split('\n').FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line is null ? "" : line[key.Length..].Trim().Trim('"');
    }

    private static long BootedOf(string stat)
    {
        const string key = "btime ";
        var line = stat.Split('\n').FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
        return line is not null && long.TryParse(line.AsSpan(key.Length), CultureInfo.InvariantCulture, out var seconds)
            ? seconds * 1_000_000
            : 0;
    }

    private static string First(params ReadOnlySpan<string> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (candidate.Length > 0)
            {
                return candidate;
            }
        }

        return "";
    }
}
