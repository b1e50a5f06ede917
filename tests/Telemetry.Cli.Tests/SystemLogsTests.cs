using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class SystemLogsTests : IDisposable
{
    private readonly TemporaryDirectory _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void OnlyWhatIsThereIsWatched()
    {
        Assert.Empty(SystemLogs.Find(_log.Path));
        Assert.Empty(SystemLogs.Find(_log["missing"]));

        File.WriteAllText(_log["dpkg.log"], "");
        File.WriteAllText(_log["syslog"], "");
        Assert.Equal([_log["*.log"], _log["syslog"]], SystemLogs.Find(_log.Path));
    }
}
