using System.Globalization;
using Telemetry.Store.Purging;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// Writes one lane's documents into a directory of partition files. One owner at a time, which the caller sees to; readers in
/// this or other processes do not disturb it. Not thread-safe.
/// </summary>
/// <remarks>
/// A write that fails (a full disk) is told by the next <see cref="CommitAsync"/> as a <see cref="StoreException"/>. All since
/// the last commit is then forgotten and <see cref="AppliedPosition"/> says from where to read the bus again; the writer can be used
/// on at once.
/// </remarks>
public sealed class SqliteDocumentWriter : IDocumentWriter, IDocumentPurger
{
    private readonly string _directory;
    private readonly SqliteStoreOptions _options;
    private readonly BlockBuilder _builder = new();
    private PartitionWriter? _partition;
    private StoreException? _failure;
    private long _busUnixUs;

    private SqliteDocumentWriter(string directory, SqliteStoreOptions options) => (_directory, _options) = (directory, options);

    /// <inheritdoc/>
    public long AppliedPosition { get; private set; }

    /// <inheritdoc/>
    public long PendingBytes { get; private set; }

    /// <summary>
    /// Partitions that were found damaged at the start and renamed, or left in place: because a newer version wrote them, or
    /// because the bus does not have all that can still be read in them.
    /// </summary>
    public IReadOnlyList<SetAside> SetAside { get; private set; } = [];

    /// <summary>
    /// Opens or makes the store of a lane. Always starts when the directory can be written. A partition that cannot be opened is
    /// renamed to <c>*.damaged-TIME</c>; so is the newest when any of it is damaged and the bus still has all of it. The position is
    /// then that of the one before, so that what the bus has is stored again. Another one with damage in it stays, read as far as
    /// it can be, and gets no more documents. All these are listed in <see cref="SetAside"/>.
    /// </summary>
    /// <param name="directory">The lane's.</param>
    /// <param name="options">When partitions end.</param>
    /// <param name="time">Names what is set aside.</param>
    /// <param name="oldestOnBus">First position that the bus still has.</param>
    /// <exception cref="IOException">The directory or a file cannot be used, through no fault of its content.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory or a file may not be used.</exception>
    public static SqliteDocumentWriter Open(string directory, SqliteStoreOptions options, TimeProvider time, long oldestOnBus = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        Directory.CreateDirectory(directory);
        foreach (var unfinished in Directory.EnumerateFiles(directory, "*.db.new*"))
        {
            File.Delete(unfinished);
        }

        var writer = new SqliteDocumentWriter(directory, options);
        writer.Recover(time, oldestOnBus);
        return writer;
    }

    /// <inheritdoc/>
    public bool Begin(long position, long busUnixUs)
    {
        if (position < AppliedPosition)
        {
            return false;
        }

        _busUnixUs = busUnixUs;
        Try(() => ChoosePartition(position));
        return true;
    }

    /// <inheritdoc/>
    public void Write(Document document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (_failure is not null)
        {
            return;
        }

        try
        {
            PendingBytes += (_partition ?? throw new InvalidOperationException("Begin comes before Write")).Write(document);
        }
        catch (StoreException e)
        {
            Fail(e);
        }
    }

    /// <inheritdoc/>
    public string Mark => "";

    /// <inheritdoc/>
    public ValueTask WaitForRoomAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    /// <exception cref="StoreException">Nothing since the last commit was kept; see the remarks.</exception>
    public ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();

        // A replay commits positions that are stored already.
        var applied = Math.Max(next, AppliedPosition);
        if (_failure is null && _partition is null)
        {
            Try(() => ChoosePartition(AppliedPosition));
        }

        Try(() => _partition!.Commit(applied));
        PendingBytes = 0;
        if (_failure is { } failure)
        {
            _failure = null;
            return ValueTask.FromException<IReadOnlyList<RefusedDocument>>(failure);
        }

        AppliedPosition = applied;
        return new([]);
    }

    /// <inheritdoc/>
    public void Rest(long busUnixUs)
    {
        if (PendingBytes > 0 || _failure is not null
            || _partition is not { Documents: > 0 } partition || Age(partition, busUnixUs) < _options.MaxWidth)
        {
            return;
        }

        // Retention deletes all but the newest partition: that holds the position.
        _busUnixUs = busUnixUs;
        Close();
        _partition = PartitionWriter.Create(NewName(), _busUnixUs, AppliedPosition, _builder, _options);
    }

    /// <inheritdoc/>
    public ValueTask<PurgeMatches> FindAsync(PurgeRequest request, CancellationToken cancel) =>
        new SqlitePurge(_directory).FindAsync(request, cancel);

    /// <inheritdoc/>
    /// <remarks>Only when all is committed: the partition under construction is closed, and opened again by the next document.</remarks>
    public ValueTask<IReadOnlyList<string>> DeleteAsync(PurgeMatches matches, CancellationToken cancel)
    {
        if (PendingBytes > 0)
        {
            throw new InvalidOperationException("A purge comes after a commit");
        }

        Close();
        return new SqlitePurge(_directory).DeleteAsync(matches, cancel);
    }

    /// <summary>Packs the last block and closes. What is not committed is forgotten.</summary>
    public ValueTask DisposeAsync()
    {
        _failure = null;
        Close();
        return ValueTask.CompletedTask;
    }

    private void Recover(TimeProvider time, long oldestOnBus)
    {
        List<SetAside> setAside = [];
        PartitionName? newest = null;
        var names = PartitionName.List(_directory);
        foreach (var name in names)
        {
            var state = PartitionCheck.Look(name, out var applied, out var reason);
            newest = state == PartitionState.Good ? name : null;
            if (state == PartitionState.Unusable
                || state == PartitionState.Damaged && name == names[^1] && oldestOnBus <= AppliedPosition)
            {
                setAside.Add(new SetAside(name.Path, Rename(name, time), reason));
                continue;
            }

            AppliedPosition = Math.Max(AppliedPosition, applied);
            if (state == PartitionState.Good)
            {
                SqlitePurge.Resume(name);
            }
            else
            {
                setAside.Add(new SetAside(name.Path, null, reason));
            }
        }

        SetAside = setAside;
        if (newest is { } last)
        {
            _partition = PartitionWriter.Open(last, _builder, _options);
        }
    }

    private static string Rename(PartitionName name, TimeProvider time)
    {
        var suffix = ".damaged-" + time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        foreach (var file in name.Files().Where(File.Exists))
        {
            File.Move(file, file.Replace(name.Path, name.Path + suffix, StringComparison.Ordinal), overwrite: true);
        }

        return name.Path + suffix;
    }

    private void ChoosePartition(long position)
    {
        if (_partition is { } partition && IsFull(partition))
        {
            // All entries before this one belong to the partition that closes.
            partition.Commit(position);
            AppliedPosition = position;
            PendingBytes = 0;
            Close();
        }

        _partition ??= OpenNewest() ?? PartitionWriter.Create(NewName(), _busUnixUs, AppliedPosition, _builder, _options);
    }

    // After a failure the partition is opened again; after a roll the newest one is full.
    private PartitionWriter? OpenNewest()
    {
        if (PartitionName.List(_directory) is not [.., var newest]
            || PartitionCheck.Look(newest, out _, out _) != PartitionState.Good)
        {
            return null;
        }

        var partition = PartitionWriter.Open(newest, _builder, _options);
        if (!IsFull(partition))
        {
            return partition;
        }

        partition.Dispose();
        return null;
    }

    private bool IsFull(PartitionWriter partition)
    {
        var age = Age(partition, _busUnixUs);
        var bytes = partition.Bytes;
        return bytes >= _options.MaxBytes || age >= _options.MaxWidth
            || age >= _options.MinWidth && bytes >= _options.TargetBytes;
    }

    private static TimeSpan Age(PartitionWriter partition, long busUnixUs) =>
        TimeSpan.FromMicroseconds(Math.Max(0, busUnixUs - partition.BusStartUnixUs));

    // Names ascend even when bus time does not.
    private PartitionName NewName()
    {
        var start = Math.Max(0, _busUnixUs / 1_000_000);
        if (PartitionName.List(_directory) is [.., var newest])
        {
            start = Math.Max(start, newest.StartUnixSeconds + 1);
        }

        // Readers may still have one open that was set aside and know it by its name.
        var name = new PartitionName(_directory, start);
        while (Directory.EnumerateFiles(_directory, Path.GetFileName(name.Path) + ".damaged-*").Any())
        {
            name = name with { StartUnixSeconds = name.StartUnixSeconds + 1 };
        }

        return name;
    }

    private void Try(Action action)
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            action();
        }
        catch (StoreException e)
        {
            Fail(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(new StoreException(SQLitePCL.raw.SQLITE_IOERR, e.Message));
        }
    }

    private void Fail(StoreException failure)
    {
        _failure = failure;
        if (failure.IsDamage && _partition is { } damaged)
        {
            DamageMark.Put(damaged.Name, failure.Message);
        }

        _partition?.Dispose();
        _partition = null;
    }

    private void Close()
    {
        var partition = _partition;
        _partition = null;
        try
        {
            partition?.Finish();
        }
        catch (StoreException)
        {
            // Packing again is an economy; what was committed is there without it.
        }

        partition?.Dispose();
    }
}
