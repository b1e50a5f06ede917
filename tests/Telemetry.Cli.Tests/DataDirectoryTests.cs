using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void ItIsCreatedAndLeftEmpty()
    {
        new DataDirectory(_directory["a/b"]).Prepare();

        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory["a/b"]));
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
