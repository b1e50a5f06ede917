using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Telemetry.Cli.Options;

namespace Telemetry.Cli.Commands;

/// <summary><c>telemetry version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(CliContext context)
    {
        var json = JsonOption.Create();
        var command = new Command("version", "Print the version.") { json };
        command.SetAction(parsed =>
        {
            var version = Current;
            context.Out.WriteLine(parsed.GetValue(json)
                ? new JsonObject { ["version"] = version, ["runtime"] = RuntimeInformation.FrameworkDescription }.ToJsonString()
                : $"telemetry {version}, {RuntimeInformation.FrameworkDescription}");
            return ExitCodes.Fine;
        });
        return command;
    }

    /// <summary>"0.1.0", without the commit that builds append.</summary>
    public static string Current => typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
