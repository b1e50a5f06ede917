using Telemetry.Spool;

namespace Telemetry.Cli.Backup;

/// <summary>A backup as a folder; <c>PATH.unfinished</c> until it is complete.</summary>
internal sealed class FolderSink : IBackupSink
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly FileStream _lock;

    public FolderSink(string path)
    {
        (_path, _unfinished) = (path, path + ".unfinished");
        _lock = BackupTarget.Lock(path);

        // Of one that was killed: nobody holds the lock.
        Remove();
        Directory.CreateDirectory(_unfinished);
    }

    public string PathFor(string name)
    {
        var path = Path.Combine(_unfinished, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public Task AddAsync(string name, CancellationToken cancel)
    {
        DurableFile.Flush(PathFor(name));
        return Task.CompletedTask;
    }

    public void Complete()
    {
        DurableFile.FlushNames(_unfinished);
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path);
        }

        Directory.Move(_unfinished, _path);
        new RealSpoolDirectory(Path.GetDirectoryName(_path)!).Flush();
    }

    public void Dispose()
    {
        Remove();
        _lock.Dispose();
    }

    private void Remove()
    {
        if (Directory.Exists(_unfinished))
        {
            Directory.Delete(_unfinished, recursive: true);
        }
    }
}
