namespace Telemetry.Cli.Backup;

/// <summary>
/// Where a backup is written. It appears under its name when it is complete, or not at all. Disposing an incomplete one removes
/// what there is of it. One owner.
/// </summary>
internal interface IBackupSink : IDisposable
{
    /// <summary>Where the caller makes a file or folder before it is added; the folder above it exists.</summary>
    string PathFor(string name);

    /// <summary>Takes the file that was made, durably.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    Task AddAsync(string name, CancellationToken cancel);

    /// <summary>Everything is added: the backup appears under its name, durably.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Complete();
}
