using System.Diagnostics;

namespace Telemetry.Shipper.Machine;

/// <summary>Whether the machine is going down, and not only the shipper.</summary>
internal static class ShutdownProof
{
    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(2);

    /// <summary>"shutdown" when systemd says so; "" when nothing proves it.</summary>
    public static async Task<string> FindAsync()
    {
        if (File.Exists("/run/systemd/shutdown/scheduled"))
        {
            return "shutdown";
        }

        if (!Directory.Exists("/run/systemd/system"))
        {
            return "";
        }

        try
        {
            using var asked = Process.Start(new ProcessStartInfo("systemctl", "is-system-running")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var timeout = new CancellationTokenSource(AskFor);
            var answer = await asked.StandardOutput.ReadToEndAsync(timeout.Token);
            return answer.Trim() == "stopping" ? "shutdown" : "";
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or OperationCanceledException
            or System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
