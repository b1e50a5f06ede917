using System.Text.Json;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Configuration;

namespace Telemetry.Shipping.Machine;

/// <summary>
/// <c>/etc/telemetry/identity.json</c>, meant to be baked into the image:
/// <c>{"instance_id":"i-1","role":"web","zone":"a","tenant":"shop","image":"web-42","workloads":[{"name":"api","version":"1.2"}],
/// "labels":{"team":"cart"}}</c>. Also <c>boot_id</c>, <c>host_name</c> and <c>time_zone</c>. All optional; an unknown key is a problem.
/// </summary>
internal static class IdentityFile
{
    private static readonly string[] _keys =
        ["instance_id", "boot_id", "host_name", "image", "role", "zone", "tenant", "time_zone", "workloads", "labels"];

    private static readonly string[] _workloadKeys = ["id", "name", "version", "image"];

    /// <summary>Fills what the text says into the identity. Problems are sentences that name the file.</summary>
    public static void Read(string json, string path, Identity identity, ICollection<string> problems)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            problems.Add($"{path} is empty; it has to be a JSON object, or absent.");
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(json, JsonFile.Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                problems.Add($"{path} cannot be used: it has to be a JSON object.");
                return;
            }

            foreach (var property in document.RootElement.EnumerateObject())
            {
                TryApply(property, path, identity, problems);
            }
        }
        catch (JsonException e)
        {
            problems.Add($"{path} cannot be used: {e.Message}");
        }
    }

    private static void TryApply(JsonProperty property, string path, Identity identity, ICollection<string> problems)
    {
        try
        {
            Apply(property, path, identity, problems);
        }
        catch (InvalidOperationException)
        {
            problems.Add($"{path} cannot be used: '{property.Name}' is {property.Value.GetRawText()}; "
                + $"it has to be {Shape(property.Name)}.");
        }
    }

    private static string Shape(string key) => key switch
    {
        "labels" => "an object of texts",
        "workloads" => "a list of objects whose values are texts",
        _ => "a text",
    };

    private static void Apply(JsonProperty property, string path, Identity identity, ICollection<string> problems)
    {
        switch (property.Name)
        {
            case "workloads":
                foreach (var item in property.Value.EnumerateArray())
                {
                    identity.Workloads.Add(ToWorkload(item, path, problems));
                }

                break;
            case "labels":
                foreach (var label in property.Value.EnumerateObject())
                {
                    identity.Labels[label.Name] = label.Value.ToString();
                }

                break;
            case "instance_id": identity.InstanceId = property.Value.GetString() ?? ""; break;
            case "boot_id": identity.BootId = property.Value.GetString() ?? ""; break;
            case "host_name": identity.HostName = property.Value.GetString() ?? ""; break;
            case "image": identity.Image = property.Value.GetString() ?? ""; break;
            case "role": identity.Role = property.Value.GetString() ?? ""; break;
            case "zone": identity.Zone = property.Value.GetString() ?? ""; break;
            case "tenant": identity.Tenant = property.Value.GetString() ?? ""; break;
            case "time_zone": identity.TimeZone = property.Value.GetString() ?? ""; break;
            default:
                problems.Add($"{path} has the unknown key '{property.Name}'.{NearMatch.Hint(property.Name, _keys)}");
                break;
        }
    }

    private static Workload ToWorkload(JsonElement item, string path, ICollection<string> problems)
    {
        var workload = new Workload();
        foreach (var property in item.EnumerateObject())
        {
            switch (property.Name)
            {
                case "id": workload.Id = property.Value.GetString() ?? ""; break;
                case "name": workload.Name = property.Value.GetString() ?? ""; break;
                case "version": workload.Version = property.Value.ToString(); break;
                case "image": workload.Image = property.Value.GetString() ?? ""; break;
                default:
                    problems.Add($"{path} has the unknown workload key '{property.Name}'.{NearMatch.Hint(property.Name, _workloadKeys)}");
                    break;
            }
        }

        return workload;
    }
}
