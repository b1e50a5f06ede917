using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Telemetry.Gateway;

/// <summary>
/// A small JSON file (0600) that other processes change while this one uses it: read again when its time or size differs, replaced whole by
/// one process at a time. One thread at a time.
/// </summary>
/// <param name="path">The file; it need not be there.</param>
/// <param name="what">For people, "token file".</param>
/// <param name="json">Its form.</param>
/// <param name="isUsable">Whether what was read is of this version's format, with nothing missing.</param>
/// <param name="empty">What it holds while it is not there.</param>
internal sealed class WatchedFile<T>(string path, string what, JsonTypeInfo<T> json, Func<T, bool> isUsable, T empty)
    where T : class
{
    private readonly T _empty = empty;
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

        Value = Read();
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
            PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(change(Read()), json));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"The {what} '{path}' cannot be changed: {e.Message}", e);
        }

        Refresh();
    }

    private T Read()
    {
        try
        {
            if (!File.Exists(path))
            {
                return _empty;
            }

            return JsonSerializer.Deserialize(File.ReadAllBytes(path), json) is { } read && isUsable(read)
                ? read
                : throw new GatewayException($"The {what} '{path}' is not of a format that this version reads.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new GatewayException($"The {what} '{path}' cannot be read: {e.Message}", e);
        }
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
