namespace Telemetry.Cli.Backup;

/// <summary>Something that says it is a backup. Nothing in it is believed before it was verified.</summary>
internal interface IBackupArchive
{
    /// <summary>
    /// Shows every file there is, in the archive's order; <paramref name="visit"/> reads as much of the content as it wants.
    /// </summary>
    /// <exception cref="InvalidDataException">There is something in it that no backup holds.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    Task VisitAsync(Func<string, Stream, Task> visit, CancellationToken cancel);
}
