using System.Runtime.CompilerServices;

namespace Telemetry.Shipper.Tests.Support;

/// <summary>What the .NET 10 runtime printed when it ended a process; <c>Processes/samples</c>.</summary>
internal static class Samples
{
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder(), name + ".txt"));

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "Processes", "samples");
}
