using System.Globalization;
using Telemetry.Cli.Commands;
using Telemetry.Cli.Hosting;
using Telemetry.Spool;
using Telemetry.Store;
using Telemetry.Store.Sqlite.Backup;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Store.Sqlite.State;
using Telemetry.Wire;

namespace Telemetry.Cli.Backup;

/// <summary>
/// Copies a data directory while servers write it, so that one that is started on the copy knows everything that was acknowledged
/// before the copy began, once. What makes it exact is the order:
/// <list type="number">
/// <item>Partitions of documents that are finished: nobody writes them, so they may take their time.</item>
/// <item>The state of each lane, as of one moment.</item>
/// <item>The other partitions, which are then at or past the state. A replay skips what they hold.</item>
/// <item>The bus from the position of the state on, up to what is durable: what was acknowledged is before that.</item>
/// </list>
/// One owner runs it once.
/// </summary>
internal sealed class BackupRun(DataDirectory data, IBackupSink sink, TimeProvider time)
{
    private static readonly Lane[] Lanes = [Lane.Critical, Lane.Bulk];

    private readonly List<BackupFile> _files = [];
    private readonly List<string> _notes = [];
    private readonly HashSet<string> _copied = [];
    private readonly Dictionary<string, long> _states = [];
    private readonly Dictionary<string, long> _applied = [];
    private readonly Dictionary<string, long> _bus = [];

    /// <summary>Makes the backup and returns its manifest.</summary>
    /// <exception cref="IOException">Something cannot be read or written; there is no backup.</exception>
    public async Task<BackupManifest> RunAsync(CancellationToken cancel)
    {
        var began = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (var lane in Lanes)
        {
            await CopyPartitionsAsync(lane, PartitionFile.List(data.StoreOf(lane)).SkipLast(1), cancel);
        }

        foreach (var lane in Lanes)
        {
            await CopyStateAsync(lane, cancel);
            await CopyPartitionsAsync(lane, PartitionFile.List(data.StoreOf(lane)), cancel);
            await CopyBusAsync(lane, cancel);
            await CopyDeadLettersAsync(lane, cancel);
        }

        foreach (var name in BackupNames.Plain.Where(name => File.Exists(data.In(name))))
        {
            await CopyAsync(name, cancel);
        }

        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, VersionCommand.Current, Rfc3339.Format(began), _states, _bus, _notes, _files);
        await File.WriteAllBytesAsync(sink.PathFor(BackupNames.Manifest), manifest.ToUtf8(), cancel);
        await sink.AddAsync(BackupNames.Manifest, cancel);
        sink.Complete();
        return manifest;
    }

    private async Task CopyPartitionsAsync(Lane lane, IEnumerable<PartitionFile> partitions, CancellationToken cancel)
    {
        foreach (var partition in partitions.Where(partition => _copied.Add(partition.Path)))
        {
            cancel.ThrowIfCancellationRequested();
            var name = NameOf(partition.Path);
            if (TryVacuum(partition, sink.PathFor(name)))
            {
                var applied = SqliteCopy.AppliedPosition(sink.PathFor(name));
                _applied[NameOf(lane)] = Math.Max(_applied.GetValueOrDefault(NameOf(lane)), applied);
                await AddAsync(name, cancel);
            }
            else if (File.Exists(partition.Path))
            {
                await CopyDamagedAsync(partition, cancel);
            }
        }
    }

    /// <summary>False for one that is damaged, or that retention has deleted meanwhile.</summary>
    private bool TryVacuum(PartitionFile partition, string target)
    {
        if (partition.Damage is not null)
        {
            return false;
        }

        try
        {
            SqliteCopy.Copy(partition.Path, target);
            return true;
        }
        catch (StoreException e) when (e.IsDamage || !File.Exists(partition.Path))
        {
            File.Delete(target);
            return false;
        }
    }

    private async Task CopyDamagedAsync(PartitionFile partition, CancellationToken cancel)
    {
        _notes.Add($"{NameOf(partition.Path)} is damaged ({partition.Damage ?? "found while it was copied"}) and is copied as it is.");
        foreach (var file in partition.Extras.Prepend(partition.Path))
        {
            await CopyAsync(NameOf(file), cancel);
        }
    }

    private async Task CopyStateAsync(Lane lane, CancellationToken cancel)
    {
        var path = Path.Combine(data.StoreOf(lane), SqliteLaneState.FileName);
        if (!File.Exists(path))
        {
            return;
        }

        SqliteCopy.Copy(path, sink.PathFor(NameOf(path)));
        _states[NameOf(lane)] = SqliteCopy.StatePosition(sink.PathFor(NameOf(path)));
        await AddAsync(NameOf(path), cancel);
    }

    private async Task CopyBusAsync(Lane lane, CancellationToken cancel)
    {
        var source = Path.Combine(data.Bus, NameOf(lane));
        if (!Directory.Exists(source))
        {
            _notes.Add($"There is no {NameOf(lane)} lane of the bus in {data.Path}.");
            return;
        }

        // A store that lost documents to damage is behind the state.
        var from = Math.Min(_states.GetValueOrDefault(NameOf(lane)), _applied.GetValueOrDefault(NameOf(lane)));
        var target = sink.PathFor($"bus/{NameOf(lane)}");
        var copy = await SpoolCopy.CopyAsync(
            new RealSpoolDirectory(source), new SpoolPosition(from), new RealSpoolDirectory(target), time, cancel);
        if (copy.MissingBytes > 0 && from > 0)
        {
            throw new IOException($"Retention deleted a part of the {NameOf(lane)} lane of the bus while it was copied; run the backup again.");
        }

        if (copy.DamagedBytes > 0)
        {
            _notes.Add(string.Create(
                CultureInfo.InvariantCulture, $"{copy.DamagedBytes} bytes of the {NameOf(lane)} lane of the bus are damaged and copied as they are."));
        }

        _bus[NameOf(lane)] = copy.End.Value;
        foreach (var file in Directory.GetFiles(target).Order(StringComparer.Ordinal))
        {
            await AddAsync($"bus/{NameOf(lane)}/{Path.GetFileName(file)}", cancel);
        }
    }

    private async Task CopyDeadLettersAsync(Lane lane, CancellationToken cancel)
    {
        var folder = data.In(Path.Combine("deadletters", NameOf(lane)));
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.dead") : [])
        {
            await CopyAsync(NameOf(file), cancel);
        }
    }

    /// <summary>For files that are written once, replaced as a whole or appended to.</summary>
    private async Task CopyAsync(string name, CancellationToken cancel)
    {
        try
        {
            await using var source = new FileStream(
                data.In(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var target = new FileStream(sink.PathFor(name), FileMode.CreateNew);
            await source.CopyToAsync(target, cancel);
        }
        catch (FileNotFoundException)
        {
            // Past its limits meanwhile, and deleted.
            return;
        }

        await AddAsync(name, cancel);
    }

    private async Task AddAsync(string name, CancellationToken cancel)
    {
        if (!BackupNames.IsKnown(name))
        {
            throw new IOException($"'{name}' is no name of a file of a backup.");
        }

        _files.Add(await DurableFile.DescribeAsync(name, sink.PathFor(name), cancel));
        await sink.AddAsync(name, cancel);
    }

    private string NameOf(string path) => Path.GetRelativePath(data.Path, path).Replace('\\', '/');

    private static string NameOf(Lane lane) => lane == Lane.Critical ? "critical" : "bulk";
}
