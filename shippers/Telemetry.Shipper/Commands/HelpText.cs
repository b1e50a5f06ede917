using System.Text;
using Telemetry.Shipper.Configuration;

namespace Telemetry.Shipper.Commands;

/// <summary>What --help prints, made from the setting table.</summary>
internal static class HelpText
{
    private const int Column = 32;

    public const string Overview = """
        telemetry-shipper ships what a server writes, so that its autopsy can happen elsewhere.

        Usage:
          telemetry-shipper run [--watch GLOB]...            read files until stopped
          telemetry-shipper pipe --name NAME                 ship standard input until its end
          telemetry-shipper exec [--name NAME] -- COMMAND    run a command, ship its output and its crash
          telemetry-shipper config show [--json]             print the configuration and where it comes from
          telemetry-shipper VERB --help                      all flags of a verb, with their defaults
          telemetry-shipper --version

        Settings: flags over environment (TELEMETRY_SHIPPER__WINDOW_BATCHES) over file (--config FILE, else
        /etc/telemetry/shipper.json) over default. Exit codes: 0 fine, 1 failed, 2 usage or configuration; exec returns
        its command's, 128 + n when signal n ended it, 127 and 126 when it could not be started.

        """;

    public static string Of(string verbName, Verbs verb)
    {
        var text = new StringBuilder();
        text.Append(verb switch
        {
            Verbs.Run =>
                "Reads files until it is stopped, and ships the rest of ended pipe and exec commands.\n\n"
                + "Usage: telemetry-shipper run [--watch GLOB]... [flags]\n",
            Verbs.Pipe =>
                "Ships standard input until its end. Exits with 0 when all of it is acknowledged or durable in the spool.\n\n"
                + "Usage: COMMAND | telemetry-shipper pipe --name NAME [flags]\n",
            Verbs.Exec =>
                "Runs a command as a workload: ships its standard output and error, passes them through, forwards signals, returns\n"
                + "its exit code, and ships a crash event when it ends badly.\n\n"
                + "Usage: telemetry-shipper exec [flags] -- COMMAND [ARGUMENT]...\n",
            _ => $"Usage: telemetry-shipper {verbName} [--json] [flags of run, pipe and exec]\n",
        });
        text.Append("\nFlags:\n");
        foreach (var setting in SettingTable.All.Where(s => (s.Verbs & verb) != 0))
        {
            var isBare = setting.Kind == SettingKind.Switch && setting.Default == "off";
            var flag = isBare ? $"  --{setting.Name}" : $"  --{setting.Name} {setting.Value}";
            text.Append(flag.PadRight(Column)).Append(flag.Length >= Column ? "\n".PadRight(Column + 1) : "").Append(setting.Help);
            text.Append(setting.Default.Length > 0 ? $" [{setting.Default}]\n" : "\n");
        }

        text.Append("  --config FILE".PadRight(Column))
            .Append("File with these settings as a JSON object. [/etc/telemetry/shipper.json]\n");
        return text.ToString();
    }
}
