using Telemetry.Cli.Hosting;

namespace Telemetry.Cli.Tests;

public sealed class ProgramFinderTests : IDisposable
{
    private readonly TemporaryDirectory _tree = new();

    public ProgramFinderTests()
    {
        File.WriteAllText(_tree["Telemetry.sln"], "");
        Directory.CreateDirectory(Here);
    }

    private string Here => _tree["artifacts/bin/Telemetry.Cli/debug"];

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void OneBesideThisProgramComesFirst()
    {
        var installed = Make("artifacts/bin/Telemetry.Cli/debug/telemetry-shipper");
        Make("artifacts/publish/telemetry-shipper");

        Assert.Equal(installed, Find());
    }

    [Fact]
    public void APublishedOneIsPreferredToABuiltOne()
    {
        Make("artifacts/bin/Telemetry.Shipper/debug_net10.0/telemetry-shipper");
        Assert.EndsWith("debug_net10.0/telemetry-shipper", Find());

        var published = Make("artifacts/publish/telemetry-shipper");
        Assert.Equal(published, Find());
    }

    [Fact]
    public void OneBuiltForARuntimeThatIsNotThereIsPassedOver()
    {
        Make("artifacts/bin/Telemetry.Shipper/debug_net9.0/telemetry-shipper");
        File.WriteAllText(_tree["artifacts/bin/Telemetry.Shipper/debug_net9.0/telemetry-shipper.runtimeconfig.json"], "{}");

        Assert.Null(Find());
    }

    [Fact]
    public void WhatCannotBeRunIsNoProgram()
    {
        Directory.CreateDirectory(_tree["artifacts/publish"]);
        File.WriteAllText(_tree["artifacts/publish/telemetry-shipper"], "");

        Assert.Null(Find());
    }

    private string? Find() => ProgramFinder.Find("telemetry-shipper", "Telemetry.Shipper", Here);

    private string Make(string path)
    {
        var full = _tree[path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return full;
    }
}
