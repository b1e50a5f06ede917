using Telemetry.Shipper.Text;

namespace Telemetry.Shipper.Files;

/// <summary>How files are read.</summary>
internal sealed record TailerOptions
{
    /// <summary>Patterns of the files to read.</summary>
    public IReadOnlyList<Glob> Watch { get; init; } = [];

    /// <summary>How lines become records.</summary>
    public ScanOptions Scan { get; init; } = ScanOptions.Default;

    /// <summary>Content of a batch, uncompressed bytes.</summary>
    public int BatchBytes { get; init; } = 256 << 10;

    /// <summary>How long a batch waits to fill.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often open files are looked at for new bytes.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often the patterns are matched anew.</summary>
    public TimeSpan ScanEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a complete line waits for lines that continue it.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a line without an end waits for its end.</summary>
    public TimeSpan LineWait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a deleted file is held after its last byte; its space is freed then.</summary>
    public TimeSpan DeletedFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a renamed file is held after its last byte.</summary>
    public TimeSpan RenamedFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>So many files are held open at most; of more, those that rest are closed and opened again when they change.</summary>
    public int MaxOpenFiles { get; init; } = OpenFileLimit.ForWatchedFiles();

    /// <summary>Batches planned and not acknowledged; reading waits beyond it.</summary>
    public int MaxPlans { get; init; } = 16;

    /// <summary>Bytes of batches kept in memory until they are acknowledged; reading waits beyond it.</summary>
    public int MaxBodyBytes { get; init; } = 4 << 20;
}
