namespace Telemetry.Shipping.Machine;

/// <summary>What the machine tells about itself; "" is unknown.</summary>
internal interface IMachine
{
    /// <summary>Content of a small file, trimmed; "" when it cannot be read.</summary>
    string Read(string path);

    /// <summary>
    /// Content of a file that somebody wrote for the shipper. Null when it is absent, and when it cannot be read; the problem
    /// is a sentence then and else "".
    /// </summary>
    string? TryReadFile(string path, out string problem);

    /// <summary>Target of a symbolic link; "" when it is none.</summary>
    string ReadLink(string path);

    string HostName { get; }
}
