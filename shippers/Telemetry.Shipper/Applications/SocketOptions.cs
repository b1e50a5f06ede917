namespace Telemetry.Shipper.Applications;

/// <summary>The socket for applications.</summary>
/// <param name="Path">Absolute path of the socket; its directory is made when absent.</param>
/// <param name="Mode">Who may connect.</param>
internal sealed record SocketOptions(string Path, UnixFileMode Mode);
