using System.Text.Json;
using System.Text.Json.Serialization;
using Telemetry.Wire;

namespace Telemetry.Store.Holds;

/// <summary>
/// The holds of an installation, in <c>DATA/holds.json</c> (0600), replaced as a whole and durable. Another process may change the
/// file: it is looked at by every call. Safe for concurrent use.
/// <para>
/// A file that cannot be read holds everything: whoever deletes gets an exception instead of an empty list.
/// </para>
/// </summary>
/// <param name="dataDirectory"><c>DATA</c>.</param>
public sealed class HoldFile(string dataDirectory)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "holds.json";

    /// <summary>Most holds.</summary>
    public const int MaxHolds = 1000;

    /// <summary>Longest reason, UTF-16 units.</summary>
    public const int MaxReason = 500;

    private const int CurrentFormat = 1;
    private readonly string _path = Path.Combine(dataDirectory, FileName);
    private readonly Lock _gate = new();
    private (DateTime Written, long Length) _version;
    private IReadOnlyList<Hold> _holds = [];

    /// <summary>All holds, oldest first.</summary>
    /// <exception cref="IOException">There is a file, and it cannot be read as one of holds.</exception>
    public IReadOnlyList<Hold> List()
    {
        lock (_gate)
        {
            var file = new FileInfo(_path);
            var version = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (version != _version)
            {
                _holds = Read();
                _version = version;
            }

            return _holds;
        }
    }

    /// <summary>The lifetimes held.</summary>
    /// <exception cref="IOException">There is a file, and it cannot be read as one of holds.</exception>
    public IReadOnlySet<LifetimeId> Held() => List().Select(hold => hold.Lifetime).ToHashSet();

    /// <summary>Places a hold. False when there is one of the lifetime already, which stays as it is.</summary>
    /// <exception cref="IOException">The file cannot be read or written, or there are too many.</exception>
    public bool Add(Hold hold)
    {
        ArgumentNullException.ThrowIfNull(hold);
        var isNew = false;
        Change(holds =>
        {
            isNew = holds.All(other => other.Lifetime != hold.Lifetime);
            return !isNew ? holds
                : holds.Count < MaxHolds ? [.. holds, hold]
                : throw new IOException($"There are {MaxHolds} holds, and no more are kept; release one first.");
        });
        return isNew;
    }

    /// <summary>Ends a hold. False when there is none of the lifetime.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public bool Release(LifetimeId lifetime)
    {
        var found = false;
        Change(holds =>
        {
            found = holds.Any(hold => hold.Lifetime == lifetime);
            return [.. holds.Where(hold => hold.Lifetime != lifetime)];
        });
        return found;
    }

    private void Change(Func<IReadOnlyList<Hold>, IReadOnlyList<Hold>> change)
    {
        lock (_gate)
        {
            // One process at a time: the lock goes with the handle, also when the process is killed.
            using var exclusive = new FileStream(_path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var changed = change(Read());
            Replace(JsonSerializer.SerializeToUtf8Bytes(
                new HoldsDocument(CurrentFormat, [.. changed.Select(hold => new HeldLifetime(hold.Lifetime.ToString(), hold.Reason, hold.By, hold.SinceUnixUs))]),
                HoldsJson.Default.HoldsDocument));
            _version = default;
        }
    }

    private List<Hold> Read()
    {
        try
        {
            if (!File.Exists(_path))
            {
                return [];
            }

            var document = JsonSerializer.Deserialize(File.ReadAllBytes(_path), HoldsJson.Default.HoldsDocument);
            return document is { Format: CurrentFormat, Holds: not null } && document.Holds.All(hold => LifetimeId.TryParse(hold?.Lifetime, out _))
                ? [.. document.Holds.Select(ToHold)]
                : throw new IOException($"'{_path}' is not of format {CurrentFormat}; nothing is deleted before it is.");
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException)
        {
            throw new IOException($"'{_path}' cannot be read, and nothing is deleted before it can: {e.Message}", e);
        }
    }

    private static Hold ToHold(HeldLifetime held)
    {
        LifetimeId.TryParse(held.Lifetime, out var lifetime);
        return new Hold(lifetime, held.Reason ?? "", held.By ?? "", held.SinceUnixUs);
    }

    private void Replace(ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var temporary = _path + ".new";
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
    }
}

/// <summary>Content of <c>holds.json</c>.</summary>
internal sealed record HoldsDocument(int Format, IReadOnlyList<HeldLifetime> Holds);

/// <summary>One hold in it.</summary>
internal sealed record HeldLifetime(string? Lifetime, string? Reason, string? By, long SinceUnixUs);

/// <summary>Source-generated, so that reading the file needs no reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HoldsDocument))]
internal sealed partial class HoldsJson : JsonSerializerContext;
