using System.Text.Json;
using Telemetry.Shipper.Configuration;

namespace Telemetry.Shipper.Commands;

/// <summary><c>config show</c>: the merged settings with their sources; secrets are not printed.</summary>
internal static class ConfigShowCommand
{
    private const string Redacted = "(redacted)";

    public static int Run(Host host, IReadOnlyList<string> arguments)
    {
        if (!Setup.TryCreate(host, arguments, Verbs.All, "config show", out var setup, out var exitCode))
        {
            return exitCode;
        }

        if (setup.CommandLine.Find("json") is not null)
        {
            WriteJson(host, setup);
            return ExitCode.Fine;
        }

        foreach (var setting in SettingTable.All)
        {
            var value = Shown(setup, setting);
            host.Output.WriteLine($"{setting.Name,-16} {string.Join(" ; ", value.Values),-34} {value.Source}".TrimEnd());
        }

        host.Output.WriteLine($"{"data directory",-16} {setup.Options.DataDirectory}");
        host.Output.WriteLine($"{"identity",-16} {setup.Context.Identity}");
        return ExitCode.Fine;
    }

    private static SettingValue Shown(Setup setup, Setting setting)
    {
        var value = setup.Settings[setting.Name];
        return setting.IsSecret && value.Values.Count > 0 ? value with { Values = [Redacted] } : value;
    }

    private static void WriteJson(Host host, Setup setup)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            foreach (var setting in SettingTable.All)
            {
                var (values, source) = Shown(setup, setting);
                writer.WriteStartObject(setting.Name);
                if (setting.Kind == SettingKind.List)
                {
                    writer.WriteStartArray("value");
                    foreach (var value in values)
                    {
                        writer.WriteStringValue(value);
                    }

                    writer.WriteEndArray();
                }
                else
                {
                    writer.WriteString("value", values.Count == 0 ? "" : values[^1]);
                }

                writer.WriteString("source", source);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        host.Output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
