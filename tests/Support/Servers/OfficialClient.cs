using System.ComponentModel;
using System.Diagnostics;

namespace Telemetry.Tests.Support.Servers;

/// <summary>
/// Elasticsearch's official client of npm, installed below <c>artifacts/</c> as its committed lock file says; scripts that use it run
/// in Node beside it.
/// </summary>
public static class OfficialClient
{
    private static readonly string Source = Path.Combine(Installation.Repository, "tests/Support/Servers/official-client");
    private static readonly string Folder = Path.Combine(Installation.Repository, "artifacts/official-client");
    private static readonly Lazy<string> Problem = new(Install);

    /// <summary>Installs it when it is not there. False, with the reason, where that cannot be done.</summary>
    public static bool Available(out string reason)
    {
        reason = Problem.Value;
        return reason.Length == 0;
    }

    /// <summary>What runs a script with the client: a program and its arguments.</summary>
    /// <param name="script">An ES module of the tree; a copy of it runs beside the client, where Node finds it.</param>
    /// <param name="arguments">Of the script.</param>
    public static string[] CommandOf(string script, params string[] arguments)
    {
        var beside = Path.Combine(Folder, Path.GetFileName(script));
        File.Copy(script, beside, overwrite: true);
        return ["node", beside, .. arguments];
    }

    private static string Install()
    {
        try
        {
            if (IsInstalled())
            {
                return "";
            }

            Directory.CreateDirectory(Folder);
            File.Copy(Path.Combine(Source, "package.json"), Path.Combine(Folder, "package.json"), overwrite: true);
            File.Copy(Path.Combine(Source, "package-lock.json"), Path.Combine(Folder, "package-lock.json"), overwrite: true);
            var (exitCode, said) = Run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            if (exitCode != 0)
            {
                return $"npm could not install Elasticsearch's official client: {said}";
            }

            File.Copy(Path.Combine(Source, "package-lock.json"), Mark, overwrite: true);
            return Run("node", "--version") is { ExitCode: 0 } ? "" : "node does not run";
        }
        catch (Win32Exception)
        {
            return "node and npm are not installed: apt-get install nodejs npm";
        }
    }

    /// <summary>The lock file of what is installed, written last.</summary>
    private static string Mark => Path.Combine(Folder, "installed-lock.json");

    private static bool IsInstalled() =>
        File.Exists(Mark) && File.ReadAllText(Mark) == File.ReadAllText(Path.Combine(Source, "package-lock.json"));

    private static (int ExitCode, string Said) Run(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = process.StandardError.ReadToEnd() + output.Result;
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}
