namespace Telemetry.Spool.Tests;

public sealed class SpoolLogOnDiskTests : SpoolLogContract, IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public SpoolLogOnDiskTests() => Directory = new RealSpoolDirectory(_temporary["spool"]);

    private protected override ISpoolDirectory Directory { get; }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void DirectoryThatCannotBeUsedIsRefusedWithOneSentence()
    {
        File.WriteAllText(_temporary["file"], "");
        var refusal = Assert.Throws<SpoolUnavailableException>(() => Some.Open(new RealSpoolDirectory(_temporary["file/spool"])));
        Assert.Contains("cannot be used", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DirectoryIsOnlyForItsOwnerAndGroup()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes.");
        Some.Open(Directory).Dispose();
#pragma warning disable CA1416 // Skipped there.
        var mode = File.GetUnixFileMode(_temporary["spool"]);
#pragma warning restore CA1416
        Assert.Equal(UnixFileMode.None, mode & (UnixFileMode.OtherRead | UnixFileMode.OtherExecute | UnixFileMode.GroupWrite));
    }
}
