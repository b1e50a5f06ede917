using System.Globalization;

namespace Telemetry.Shipper.Files;

/// <summary>How many descriptors watched files may take, so that connections, the logs and their cursors never lack one.</summary>
internal static class OpenFileLimit
{
    private const int Default = 1024;
    private const int MinReserve = 64;
    private const int Most = 8192;

    /// <summary>Of this process, as the kernel says; the default limit's share where it says nothing.</summary>
    public static int ForWatchedFiles()
    {
        var limit = Default;
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
            limit = int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var told) ? told : limit;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The default is on the safe side.
        }

        return Math.Clamp(limit - Math.Max(MinReserve, limit / 8), 1, Most);
    }
}
