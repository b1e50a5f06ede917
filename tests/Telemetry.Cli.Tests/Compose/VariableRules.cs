using System.Text.RegularExpressions;
using Telemetry.Cli.Configuration;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>Variables of the file have a default and are told of in README; variables of our services are settings.</summary>
internal static partial class VariableRules
{
    private static readonly HashSet<string> SettingNames =
        [.. Settings.All.Select(setting => setting.EnvironmentName), .. Settings.All.Select(setting => setting.ShortEnvironmentName).OfType<string>()];

    private static readonly string Readme = File.ReadAllText(Path.Combine(Installation.Repository, "README.md"));

    public static IEnumerable<string> Problems(Deployment deployment)
    {
        foreach (Match match in Variable().Matches(deployment.Compose.Text))
        {
            var name = match.Groups["name"].Value;
            if (!match.Groups["default"].Success)
            {
                yield return $"variable {name} has no default";
            }

            if (!Readme.Contains($"`{name}`", StringComparison.Ordinal))
            {
                yield return $"variable {name} is not in README";
            }

            if (Secret().IsMatch(name) && match.Groups["default"].Length > 0)
            {
                yield return $"variable {name} is a secret with a default";
            }
        }

        foreach (var service in deployment.Services.Where(service => service.IsOurs))
        {
            foreach (var name in service.Environment.Keys.Where(name => !SettingNames.Contains(name)))
            {
                yield return $"{service.Name}: {name} is no setting";
            }
        }
    }

    [GeneratedRegex(@"(?<!\$)\$(?:\{(?<name>\w+)(?::-(?<default>[^}]*))?[^}]*\}|(?<name>\w+))")]
    private static partial Regex Variable();

    [GeneratedRegex("KEY|PASSWORD|SECRET|TOKEN")]
    private static partial Regex Secret();
}
