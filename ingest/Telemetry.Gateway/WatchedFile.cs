namespace Telemetry.Gateway;

/// <summary>
/// A small file that other processes change while this one uses it: read again when its time or size differs, changed by one process at a
/// time. One thread at a time.
/// </summary>
/// <param name="path">The file; it need not be there.</param>
/// <param name="what">For people, "token file".</param>
/// <param name="read">Reads it; throws <see cref="GatewayException"/> when it cannot be used.</param>
/// <param name="write">Replaces it.</param>
/// <param name="empty">What it holds while it is not there.</param>
internal sealed class WatchedFile<T>(string path, string what, Func<string, T> read, Action<T, string> write, T empty)
{
    private FileVersion _version;

    /// <summary>As it was read last.</summary>
    public T Value { get; private set; } = empty;

    /// <summary>Reads it when it is another than before; true when it was.</summary>
    /// <exception cref="GatewayException">It cannot be used.</exception>
    public bool Refresh()
    {
        var version = FileVersion.Of(path);
        if (version == _version)
        {
            return false;
        }

        Value = read(path);
        _version = version;
        return true;
    }

    /// <summary>Replaces what the file holds now.</summary>
    /// <exception cref="GatewayException">It cannot be used.</exception>
    public void Change(Func<T, T> change)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);

            // The lock goes with the handle, also when the process is killed.
            using var exclusive = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            write(change(read(path)), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"The {what} '{path}' cannot be changed: {e.Message}", e);
        }

        Refresh();
    }

    private readonly record struct FileVersion(DateTime WrittenUtc, long Length)
    {
        public static FileVersion Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new(file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}
