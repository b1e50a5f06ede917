using System.Formats.Tar;
using Telemetry.Spool;

namespace Telemetry.Cli.Backup;

/// <summary>
/// A backup as one tar file (POSIX.1-2001 pax), <c>PATH.unfinished</c> until it is complete. Each file is made beside it, added and
/// deleted, so that it takes little more room than the backup.
/// </summary>
internal sealed class TarSink : IBackupSink
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly string _staging;
    private readonly FileStream _lock;
    private readonly TarWriter _tar;
    private bool _isEnded;

    public TarSink(string path)
    {
        (_path, _unfinished, _staging) = (path, path + ".unfinished", path + ".staging");
        _lock = BackupTarget.Lock(path);
        Remove();
        Directory.CreateDirectory(_staging);
        _tar = new TarWriter(new FileStream(_unfinished, FileMode.Create, FileAccess.Write), TarEntryFormat.Pax);
    }

    public string PathFor(string name)
    {
        var path = Path.Combine(_staging, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    public async Task AddAsync(string name, CancellationToken cancel)
    {
        await using (var content = File.OpenRead(PathFor(name)))
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            };
            await _tar.WriteEntryAsync(entry, cancel);
        }

        File.Delete(PathFor(name));
    }

    public void Complete()
    {
        End();
        DurableFile.Flush(_unfinished);
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path);
        }

        File.Move(_unfinished, _path);
        new RealSpoolDirectory(Path.GetDirectoryName(_path)!).Flush();
    }

    public void Dispose()
    {
        End();
        Remove();
        _lock.Dispose();
    }

    private void End()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            _tar.Dispose();
        }
    }

    private void Remove()
    {
        File.Delete(_unfinished);
        if (Directory.Exists(_staging))
        {
            Directory.Delete(_staging, recursive: true);
        }
    }
}
