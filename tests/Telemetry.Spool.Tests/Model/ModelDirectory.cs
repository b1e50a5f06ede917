namespace Telemetry.Spool.Tests.Model;

/// <summary>The disk as one process has it open.</summary>
internal sealed class ModelDirectory(ModelDisk disk) : ISpoolDirectory
{
    private bool _dead;

    public ModelDirectory()
        : this(new ModelDisk(new Random(1)))
    {
    }

    public ModelDisk Disk => disk;

    public string Path => "model:";

    /// <summary>The process is gone; whatever still runs of it does nothing any more.</summary>
    public void Die() => _dead = true;

    public void Prepare() => Call();

    public IReadOnlyList<string> List(string folder)
    {
        Call();
        return
        [
            .. disk.Entries.Keys
                .Where(n => folder.Length == 0 ? !n.Contains('/') : n.StartsWith(folder + "/", StringComparison.Ordinal))
                .Select(n => n[(n.IndexOf('/') + 1)..]),
        ];
    }

    public ISpoolFile Open(string name, bool writable)
    {
        Call();
        return disk.Entries.TryGetValue(name, out var inode)
            ? new ModelFile(this, inode)
            : throw new FileNotFoundException($"There is no '{name}'.");
    }

    public ISpoolFile Create(string name)
    {
        Call();
        if (disk.Fails(disk.WriteFailsOneIn))
        {
            throw new IOException("The creation failed.");
        }

        var inode = new ModelInode();
        disk.Link(name, inode);
        return new ModelFile(this, inode);
    }

    public void Rename(string from, string to)
    {
        Call();
        if (disk.Fails(disk.WriteFailsOneIn))
        {
            throw new IOException("The renaming failed.");
        }

        disk.Rename(from, to);
    }

    public void Delete(string name)
    {
        Call();
        disk.Unlink(name);
    }

    public void Flush()
    {
        Call();
        disk.FlushEntries();
    }

    public IDisposable? TryLock(string name)
    {
        Call();
        if (disk.LockedBy is not null)
        {
            return null;
        }

        var held = new HeldLock(disk);
        disk.LockedBy = held;
        return held;
    }

    public void Call()
    {
        if (_dead)
        {
            throw new ModelKilledException();
        }

        disk.Call();
    }

    private sealed class HeldLock(ModelDisk disk) : IDisposable
    {
        public void Dispose()
        {
            if (disk.LockedBy == this)
            {
                disk.LockedBy = null;
            }
        }
    }
}
