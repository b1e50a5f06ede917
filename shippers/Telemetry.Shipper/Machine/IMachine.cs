namespace Telemetry.Shipper.Machine;

/// <summary>What the machine tells about itself; "" is unknown.</summary>
internal interface IMachine
{
    /// <summary>Content of a small file, trimmed; "" when it cannot be read.</summary>
    string Read(string path);

    /// <summary>Target of a symbolic link; "" when it is none.</summary>
    string ReadLink(string path);

    string HostName { get; }
}
