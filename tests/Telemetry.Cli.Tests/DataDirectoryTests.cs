using System.Runtime.Versioning;
using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class DataDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ItIsCreatedAndLeftEmpty()
    {
        new DataDirectory(_directory["a/b"]).Prepare();

        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["a/b"]));
    }

    [Fact]
    public void OnlyItsOwnerMayRead()
    {
        new DataDirectory(_directory["a"]).Prepare();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["a"]));
    }

    [Fact]
    public void OneOfAnEarlierVersionIsTightened()
    {
        Directory.CreateDirectory(_directory["a/store"]);
        File.SetUnixFileMode(_directory["a"], OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        new DataDirectory(_directory["a"]).Prepare();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["a"]));
    }

    [Fact]
    public void OneWithOtherFilesInItKeepsItsMode()
    {
        const UnixFileMode everybody = OwnerOnly | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(_directory["a/photos"]);
        File.SetUnixFileMode(_directory["a"], everybody);
        new DataDirectory(_directory["a"]).Prepare();

        Assert.Equal(everybody, File.GetUnixFileMode(_directory["a"]));
    }

    [Fact]
    public void OneThatCannotBeWrittenIsNamed()
    {
        File.WriteAllText(_directory["file"], "");

        var failure = Assert.Throws<CliFailure>(() => new DataDirectory(_directory["file/data"]).Prepare());

        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Contains(_directory["file/data"], Assert.Single(failure.Sentences));
    }

    [Fact]
    public void EachPartHasOneWriter()
    {
        var data = new DataDirectory(_directory.Path);
        using (DirectoryLock.Take(data, "gateway"))
        {
            using var indexer = DirectoryLock.Take(data, "indexer");
            var failure = Assert.Throws<CliFailure>(() => DirectoryLock.Take(data, "gateway"));
            Assert.Contains($"as process {Environment.ProcessId}", Assert.Single(failure.Sentences));
        }

        DirectoryLock.Take(data, "gateway").Dispose();
    }
}
