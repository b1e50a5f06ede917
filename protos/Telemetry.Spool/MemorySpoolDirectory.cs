namespace Telemetry.Spool;

/// <summary>
/// A directory in memory, for a log that has to work where there is no disk to write to. Takes memory for what was written and
/// is not zero, and gives it back with the files. Nothing survives the process; everything else is as on a disk.
/// </summary>
public sealed class MemorySpoolDirectory : ISpoolDirectory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MemorySpoolFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public string Path => "(memory)";

    /// <inheritdoc/>
    public void Prepare()
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        lock (_gate)
        {
            return
            [
                .. _files.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                    .Select(name => name[prefix.Length..]).Where(name => !name.Contains('/', StringComparison.Ordinal)),
            ];
        }
    }

    /// <inheritdoc/>
    public ISpoolFile Open(string name, bool writable)
    {
        lock (_gate)
        {
            return _files.TryGetValue(name, out var file) ? file : throw new FileNotFoundException($"There is no file '{name}'.");
        }
    }

    /// <inheritdoc/>
    public ISpoolFile Create(string name)
    {
        lock (_gate)
        {
            return _files[name] = new MemorySpoolFile();
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            _files[to] = _files.Remove(from, out var file) ? file : throw new FileNotFoundException($"There is no file '{from}'.");
        }
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        lock (_gate)
        {
            _files.Remove(name);
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string name)
    {
        lock (_gate)
        {
            return _locks.Add(name) ? new Hold(this, name) : null;
        }
    }

    private sealed class Hold(MemorySpoolDirectory owner, string name) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._gate)
            {
                owner._locks.Remove(name);
            }
        }
    }
}
