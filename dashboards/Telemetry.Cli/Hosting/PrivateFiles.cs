using System.Runtime.InteropServices;

namespace Telemetry.Cli.Hosting;

/// <summary>Files of a server are for its user alone, wherever they lie: databases hold what others logged.</summary>
internal static class PrivateFiles
{
    private const uint GroupAndOthers = 0x3F;

    /// <summary>Takes all rights of group and others from what this process and its children create from now on.</summary>
    public static void BeDefault()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetMask(GroupAndOthers);
        }
    }

    [DllImport("libc", EntryPoint = "umask")]
    private static extern uint SetMask(uint mask);
}
