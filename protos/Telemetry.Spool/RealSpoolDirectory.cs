namespace Telemetry.Spool;

/// <summary>A directory of the file system. Created with access for its owner, and reading for its group, when absent.</summary>
public sealed class RealSpoolDirectory : ISpoolDirectory
{
    private const UnixFileMode OwnerAndReadingGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const int WouldBlock = 11;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <summary>Touches nothing yet.</summary>
    public RealSpoolDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public void Prepare() => Guard(this, static self =>
    {
        if (Directory.Exists(self.Path))
        {
            return true;
        }

        self.CreateFolder(self.Path);
        var parent = System.IO.Path.GetDirectoryName(self.Path);
        if (parent is not null)
        {
            Posix.FlushDirectory(parent);
        }

        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder) => Guard((self: this, folder), static x =>
    {
        var path = x.self.At(x.folder);
        return x.folder.Length > 0 && !Directory.Exists(path)
            ? []
            : Directory.GetFiles(path).Select(f => System.IO.Path.GetFileName(f)).ToArray();
    });

    /// <inheritdoc/>
    public ISpoolFile Open(string name, bool writable) => Guard((path: At(name), writable), static x => new RealSpoolFile(
        File.OpenHandle(
            x.path,
            FileMode.Open,
            x.writable ? FileAccess.ReadWrite : FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete),
        x.path));

    /// <inheritdoc/>
    public ISpoolFile Create(string name) => Guard((self: this, path: At(name)), static x =>
    {
        x.self.CreateFolder(System.IO.Path.GetDirectoryName(x.path)!);
        return new RealSpoolFile(
            File.OpenHandle(
                x.path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), x.path);
    });

    /// <inheritdoc/>
    public void Rename(string from, string to) => Guard((self: this, from: At(from), to: At(to)), static x =>
    {
        x.self.CreateFolder(System.IO.Path.GetDirectoryName(x.to)!);
        File.Move(x.from, x.to, overwrite: true);
        return true;
    });

    /// <inheritdoc/>
    public void Delete(string name) => Guard(At(name), static path =>
    {
        File.Delete(path);
        return true;
    });

    /// <inheritdoc/>
    public void Flush() => Guard(Path, static path =>
    {
        Posix.FlushDirectory(path);
        return true;
    });

    /// <inheritdoc/>
    public IDisposable? TryLock(string name)
    {
        var path = At(name);
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is WouldBlock or WindowsSharingViolation)
        {
            return null;
        }
        catch (Exception e) when (IsDiskFault(e))
        {
            throw AsDiskError(e);
        }
    }

    /// <summary>Runs a call of the base library and lets nothing but <see cref="IOException"/> out.</summary>
    internal static TResult Guard<TState, TResult>(TState state, Func<TState, TResult> call)
    {
        try
        {
            return call(state);
        }
        catch (Exception e) when (IsDiskFault(e))
        {
            throw AsDiskError(e);
        }
    }

    /// <summary>
    /// What the base library makes of errno: EACCES becomes <see cref="UnauthorizedAccessException"/>, EFBIG an argument out
    /// of range, a handle closed in between an <see cref="ObjectDisposedException"/>.
    /// </summary>
    internal static bool IsDiskFault(Exception e) => e
        is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or ObjectDisposedException;

    internal static IOException AsDiskError(Exception e) => e switch
    {
        SpoolDiskFullException full => full,
        IOException io when Posix.IsDiskFull(io) => new SpoolDiskFullException(io.Message, io),
        IOException io => io,
        _ => new IOException(e.Message, e),
    };

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerAndReadingGroup);
        }
    }
}
