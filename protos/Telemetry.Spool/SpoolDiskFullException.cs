namespace Telemetry.Spool;

/// <summary>A write or a create found no space: the disk, or the quota.</summary>
public sealed class SpoolDiskFullException : IOException
{
    /// <summary>Wraps what the system said.</summary>
    public SpoolDiskFullException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
