namespace Telemetry.Spool;

/// <summary>
/// The only door to the disk: one directory with files in it, and one folder of files that were set aside. A name is
/// <c>file</c> or <c>folder/file</c>. Every member throws <see cref="IOException"/> and nothing else on failure; what found no
/// space throws <see cref="SpoolDiskFullException"/>. Safe for concurrent use.
/// </summary>
public interface ISpoolDirectory
{
    /// <summary>Where it is, for messages.</summary>
    string Path { get; }

    /// <summary>Creates the directory unless it exists.</summary>
    void Prepare();

    /// <summary>Names of the files, without the folder, in no order; none when the folder does not exist. "" is the directory itself.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Opens a file that exists; else throws <see cref="FileNotFoundException"/>.</summary>
    ISpoolFile Open(string name, bool writable);

    /// <summary>Creates an empty file, or empties the one that is there. Creates the folder too.</summary>
    ISpoolFile Create(string name);

    /// <summary>Renames, replacing what is there. Creates the folder too.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; fine when there is none.</summary>
    void Delete(string name);

    /// <summary>Makes creations, renames and deletions in the directory itself durable (not those in the folder).</summary>
    void Flush();

    /// <summary>
    /// Takes an exclusive lock that ends with the process or with <see cref="IDisposable.Dispose"/>; null when another holds it.
    /// </summary>
    IDisposable? TryLock(string name);
}
