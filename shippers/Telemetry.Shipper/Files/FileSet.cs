using Telemetry.Protos.V1;
using Telemetry.Shipping;
using Telemetry.Shipping.Critical;
using Telemetry.Shipping.Diagnostics;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Lanes;
using Telemetry.Shipping.Machine;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipper.Files;

/// <summary>
/// Which files belong to which stream. A stream is a path that was watched; when the file under it is renamed and a new one
/// takes the name, both continue the stream. The tailer's thread only.
/// </summary>
internal sealed class FileSet : IDisposable
{
    private const string RestOfFormerBoot = "rest of a former boot";

    /// <summary>So few files stay open although they rest: a change of an open one is seen at once.</summary>
    private const int AlwaysOpen = 64;

    private static readonly string[] _compressed = [".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip"];

    private readonly TailerOptions _options;
    private readonly LifetimeContext _context;
    private readonly CriticalRecorder _critical;
    private readonly Log _diagnostics;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Dictionary<FileIdentity, TailedFile> _byIdentity = [];
    private readonly Dictionary<string, TailedStream> _byPath = new(StringComparer.Ordinal);
    private long _scan;
    private int _open;

    public FileSet(TailerOptions options, LaneState restored, LifetimeContext context, CriticalRecorder critical,
        Log diagnostics, TimeProvider time, Random random)
    {
        _options = options;
        _context = context;
        _critical = critical;
        _diagnostics = diagnostics;
        _time = time;
        _random = random;
        Restore(restored);
    }

    public IReadOnlyCollection<TailedStream> Streams => _byPath.Values;

    /// <summary>Matches the patterns anew: finds new files, renamed ones, and those that are gone.</summary>
    public void Scan()
    {
        _scan++;
        _open = _byIdentity.Values.Count(file => file.Handle is not null);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        foreach (var glob in _options.Watch)
        {
            glob.Expand(paths);
        }

        foreach (var path in paths)
        {
            if (!_compressed.Any(e => path.EndsWith(e, StringComparison.Ordinal)))
            {
                See(path);
            }
        }

        foreach (var stream in _byPath.Values.ToArray())
        {
            foreach (var file in stream.Files.ToArray())
            {
                CheckOffPath(stream, file);
            }

            CloseWhenGone(stream);
        }
    }

    /// <summary>Opens a file again that was closed, or known from before a restart. False when it cannot be read now.</summary>
    public bool TryOpen(TailedStream stream, TailedFile file)
    {
        if (!TakesMore())
        {
            return false;
        }

        var state = file.State;
        file.Handle = FileLocator.TryFind(state.Identity, state.Fingerprint, state.Path, out var path);
        if (file.Handle is null)
        {
            return TryOpenChanged(stream, file);
        }

        if (FileStat.TryGet(file.Handle, out var opened) && opened.Identity != state.Identity)
        {
            _byIdentity.Remove(state.Identity);
            state.Identity = opened.Identity;
            _byIdentity[opened.Identity] = file;
        }

        state.Path = path;
        file.ChangedAt = _time.GetTimestamp();
        return true;
    }

    /// <summary>Bytes at the end that were seen and not read are gone; what is before them is as it was.</summary>
    public void Shrunk(TailedStream stream, TailedFile file, long size)
    {
        var lost = file.State.SeenSize - size;
        var detail = $"{file.State.Path} lost its last {lost} bytes before they were read.";
        _diagnostics.Repeating(LogLevel.Warn, "shrunk " + file.State.Path, detail);
        Lose(stream.State, lost, LossReason.SourceChanged, detail);
    }

    /// <summary>The file was truncated or written anew: what was not read is lost, and a new epoch begins at its start.</summary>
    public void Replaced(TailedStream stream, TailedFile file, long size)
    {
        var state = file.State;
        var lost = Math.Max(0, state.SeenSize - state.Offset);
        var detail = $"{state.Path} was truncated or replaced at {state.Offset} of {state.SeenSize} bytes.";
        _diagnostics.Repeating(lost > 0 ? LogLevel.Error : LogLevel.Warn, "truncated",
            lost > 0 ? $"{detail} {lost} bytes were not read and are lost." : $"{detail} It is read from its start.");
        Lose(stream.State, lost, LossReason.SourceChanged, detail);
        state.Offset = 0;
        state.Open = false;
        state.SeenSize = size;
        state.Fingerprint = file.Handle is null ? default : Fingerprint.Read(file.Handle);
        file.FormerUntil = 0;
        file.LongLineSearchedTo = 0;
        file.Exhausted = (-1, default);
        BeginAnew(stream, "source changed");
    }

    /// <summary>Ends the stream's numbering and begins another.</summary>
    public void BeginAnew(TailedStream stream, string reason)
    {
        if (stream.State.Announced && !stream.State.Closed)
        {
            _critical.Closed(stream.State, reason);
        }

        stream.State.Begin(Epoch.Mint(_random), Now(), reason);
        stream.IsPersisted = false;
    }

    /// <summary>Closes what was read to its end and no longer changes. True when the file is forgotten.</summary>
    public bool Rest(TailedStream stream, TailedFile file)
    {
        var idle = _time.GetElapsedTime(file.ChangedAt);
        var isCurrent = file.SeenInScan == _scan && stream.Files[^1] == file;
        if (file.Handle is null || idle < RestAfter() || (isCurrent && _open <= Math.Min(AlwaysOpen, _options.MaxOpenFiles / 2)))
        {
            return false;
        }

        var deleted = FileStat.TryGet(file.Handle, out var stat) && stat.Links == 0;
        if (!deleted && !isCurrent && idle < _options.RenamedFor)
        {
            return false;
        }

        file.Handle.Dispose();
        file.Handle = null;
        file.IsWanted = false;
        _open--;
        if (file.SeenInScan == _scan)
        {
            return false;
        }

        Forget(stream, file);
        return true;
    }

    /// <summary>False when the descriptors that are left are not for files.</summary>
    private bool TakesMore()
    {
        if (_open < _options.MaxOpenFiles)
        {
            _open++;
            return true;
        }

        _diagnostics.Repeating(LogLevel.Warn, "descriptors",
            $"{_options.MaxOpenFiles} files are open, as many as the limit on descriptors allows; others wait until some of them rest.");
        return false;
    }

    /// <summary>Where descriptors become few, a file that is read to its end makes room for the next.</summary>
    private TimeSpan RestAfter() => _open > _options.MaxOpenFiles / 2 ? _options.ScanEvery : _options.DeletedFor;

    public void Dispose()
    {
        foreach (var file in _byIdentity.Values)
        {
            file.Dispose();
        }
    }

    private bool TryOpenChanged(TailedStream stream, TailedFile file)
    {
        var path = file.State.Path;
        if (!FileStat.TryGet(path, out var stat) || stat.Identity != file.State.Identity)
        {
            Drop(stream, file, LossReason.SourceGone, "The file is gone.");
            return false;
        }

        if (FileLocator.TryOpen(path, out var problem) is not { } handle)
        {
            _diagnostics.Repeating(LogLevel.Warn, "open", $"{path} cannot be read and is tried again: {problem}");
            return false;
        }

        // The same inode begins otherwise: truncated and written anew, or reused.
        file.Handle = handle;
        Replaced(stream, file, stat.Size);
        return true;
    }

    private void See(string path)
    {
        if (!FileStat.TryGet(path, out var stat) || !stat.IsRegular)
        {
            return;
        }

        if (!_byIdentity.TryGetValue(stat.Identity, out var file))
        {
            Add(path);
            return;
        }

        if (file.SeenInScan == _scan)
        {
            // Another name of the same file: a link.
            return;
        }

        file.SeenInScan = _scan;
        file.WasLocated = false;
        file.IsWanted = stat.Size != file.State.Offset || stat.ModifiedUnixNs != file.ModifiedUnixNs;
        file.State.Path = path;
    }

    private void Add(string path)
    {
        if (!TakesMore())
        {
            return;
        }

        var handle = FileLocator.TryOpen(path, out var problem);
        if (handle is null)
        {
            _diagnostics.Repeating(LogLevel.Warn, "open", $"{path} cannot be read and is tried again: {problem}");
            return;
        }

        if (!FileStat.TryGet(handle, out var stat) || !stat.IsRegular || _byIdentity.ContainsKey(stat.Identity))
        {
            handle.Dispose();
            return;
        }

        if (FindMoved(stat, handle) is { } moved)
        {
            _byIdentity.Remove(moved.State.Identity);
            moved.State.Identity = stat.Identity;
            moved.State.Path = path;
            moved.Handle = handle;
            moved.SeenInScan = _scan;
            _byIdentity[stat.Identity] = moved;
            return;
        }

        var stream = StreamOf(path);
        var file = new TailedFile(new FileState
        {
            Identity = stat.Identity,
            Path = path,
            Fingerprint = Fingerprint.Read(handle),
            SeenSize = stat.Size,
        })
        {
            Handle = handle,
            SeenInScan = _scan,
            ChangedAt = _time.GetTimestamp(),
        };
        stream.Files.Add(file);
        stream.State.Files.Add(file.State);
        stream.IsDirty = true;
        _byIdentity.Add(stat.Identity, file);
        _diagnostics.Debug($"Reading {path}.");
    }

    /// <summary>A file known from before whose device got another number: inode, birth and a beginning that is not empty agree.</summary>
    private TailedFile? FindMoved(FileStat stat, Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        foreach (var file in _byIdentity.Values)
        {
            var known = file.State;
            if (file.Handle is null && known.Identity.Inode == stat.Identity.Inode
                && known.Identity.BornUnixNs == stat.Identity.BornUnixNs && known.Fingerprint.Length > 0
                && known.Fingerprint.Matches(handle))
            {
                return file;
            }
        }

        return null;
    }

    private TailedStream StreamOf(string path)
    {
        if (!_byPath.TryGetValue(path, out var stream))
        {
            var state = StreamState.Create(_context.Lifetime, StreamKind.File, "", path, Lane.Bulk);
            state.Begin(Epoch.Mint(_random), Now(), "first seen");
            stream = new TailedStream(state);
            _byPath.Add(path, stream);
        }
        else if (stream.State.Closed)
        {
            stream.State.Begin(Epoch.Mint(_random), Now(), "file created again");
            stream.IsPersisted = false;
        }

        return stream;
    }

    private void CheckOffPath(TailedStream stream, TailedFile file)
    {
        if (file.SeenInScan == _scan || file.Handle is not null || file.WasLocated)
        {
            return;
        }

        file.WasLocated = true;
        if (TryOpen(stream, file))
        {
            _diagnostics.Debug($"{stream.Path} was renamed to {file.State.Path}; its rest is read.");
        }
    }

    private void CloseWhenGone(TailedStream stream)
    {
        if (stream.Files.Count == 0 && !stream.State.Closed && stream.State.Announced)
        {
            _critical.Closed(stream.State, "file removed");
            stream.IsDirty = true;
        }
    }

    private void Drop(TailedStream stream, TailedFile file, LossReason reason, string detail)
    {
        var lost = Math.Max(0, file.State.SeenSize - file.State.Offset);
        if (lost > 0)
        {
            _diagnostics.Error($"{file.State.Path} is gone; {lost} bytes were not read and are lost.");
        }

        Lose(stream.State, lost, reason, detail);
        Forget(stream, file);
    }

    private void Forget(TailedStream stream, TailedFile file)
    {
        file.Dispose();
        stream.Files.Remove(file);
        stream.State.Files.Remove(file.State);
        stream.IsDirty = true;
        _byIdentity.Remove(file.State.Identity);
    }

    private void Lose(StreamState stream, long bytes, LossReason reason, string detail)
    {
        if (bytes > 0)
        {
            _critical.Record(stream.Lifetime, new Loss
            {
                StreamId = stream.Id.Value,
                Epoch = stream.Epoch.Value,
                FirstSeq = stream.NextSeq,
                Bytes = (ulong)bytes,
                Reason = reason,
                Detail = detail,
            });
        }
    }

    private void Restore(LaneState restored)
    {
        if (restored.InstanceId != _context.InstanceId)
        {
            return;
        }

        foreach (var state in restored.Streams.Where(s => s.Lifetime == _context.Lifetime && s.Kind == StreamKind.File))
        {
            var stream = new TailedStream(state) { IsPersisted = !restored.Unverifiable };
            if (restored.Unverifiable)
            {
                state.Begin(Epoch.Mint(_random), Now(), "state damaged");
            }

            _byPath[state.Name] = stream;
            foreach (var file in state.Files)
            {
                Track(stream, file);
            }
        }

        foreach (var former in restored.Streams.Where(s => s.Lifetime != _context.Lifetime && s.Kind == StreamKind.File))
        {
            RestoreFormer(former);
        }
    }

    /// <summary>
    /// What the former boot had seen of its files and not read is its own; from there on the files belong to this lifetime.
    /// </summary>
    private void RestoreFormer(StreamState former)
    {
        if (!_byPath.TryGetValue(former.Name, out var stream))
        {
            var state = StreamState.Create(_context.Lifetime, StreamKind.File, former.WorkloadId, former.Name, Lane.Bulk);
            state.Begin(Epoch.Mint(_random), Now(), "new boot");
            _byPath[former.Name] = stream = new TailedStream(state);
        }

        if (former.Reason != RestOfFormerBoot)
        {
            former.Begin(Epoch.Mint(_random), Now(), RestOfFormerBoot);
        }

        foreach (var old in former.Files)
        {
            var file = stream.Files.Find(f => f.State.Identity == old.Identity) ?? Track(stream, Copy(stream, old));
            file.State.Offset = Math.Max(file.State.Offset, old.Offset);
            if (old.Offset < old.SeenSize)
            {
                file.FormerUntil = old.SeenSize;
                stream.Former = former;
            }
        }
    }

    private static FileState Copy(TailedStream stream, FileState old)
    {
        var copy = new FileState
        {
            Identity = old.Identity,
            Path = old.Path,
            Fingerprint = old.Fingerprint,
            Offset = old.Offset,
            SeenSize = old.SeenSize,
            Open = old.Open,
        };
        stream.State.Files.Add(copy);
        return copy;
    }

    private TailedFile Track(TailedStream stream, FileState state)
    {
        var file = new TailedFile(state);
        stream.Files.Add(file);
        _byIdentity[state.Identity] = file;
        return file;
    }

    private long Now() => _time.GetUtcNow().ToUnixMicroseconds();
}
