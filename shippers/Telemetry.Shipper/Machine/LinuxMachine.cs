namespace Telemetry.Shipper.Machine;

/// <summary>The machine that the shipper runs on.</summary>
internal sealed class LinuxMachine : IMachine
{
    public string HostName => Environment.MachineName;

    public string Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public string ReadLink(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
