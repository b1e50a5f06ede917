namespace Telemetry.EndToEnd.Tests;

/// <summary>The packages, as someone who installs them has them.</summary>
[Trait("Category", "heavy")]
public sealed class PackageTests : IClassFixture<Packages>
{
    private readonly Packages _packages;

    public PackageTests(Packages packages) => _packages = packages;

    [Fact]
    public async Task TheReadmesExampleRunsFromTheInstalledPackage()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        await _packages.RunFreshAsync(here, "Serilog.Sinks.Grpc", Packages.Example(Path.Combine(Installation.Repository, "README.md")));
        await Eventually.Holds(async () => await here.CountAsync("service.name : shop and labels.Id : 7") == 1, "the README's event is found");
    }

    [Fact]
    public async Task AddTelemetryRunsFromTheInstalledPackage()
    {
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        await _packages.RunFreshAsync(here, "Telemetry.Extensions.Logging", """
            using Microsoft.Extensions.DependencyInjection;
            using Microsoft.Extensions.Logging;

            using var services = new ServiceCollection().AddLogging(b => b.AddTelemetry(o => o.ServiceName = "till")).BuildServiceProvider();
            services.GetRequiredService<ILogger<Program>>().LogWarning("order {Id} waits", 8);
            """);
        await Eventually.Holds(async () => await here.CountAsync("service.name : till and labels.Id : 8") == 1, "the event is found");
    }

    [Fact]
    public void TheSinkNeedsNothingButSerilogAndProtobuf()
    {
        var dependencies = Packages.Nuspec("Serilog.Sinks.Grpc").Descendants().Where(e => e.Name.LocalName == "dependency")
            .Select(e => e.Attribute("id")!.Value).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["Google.Protobuf", "Serilog"], dependencies);
    }

    [Theory]
    [InlineData("Serilog.Sinks.Grpc")]
    [InlineData("Telemetry.Extensions.Logging")]
    public void APackageSaysWhatItIs(string id)
    {
        var names = Packages.Names(id, "nupkg");
        Assert.Superset(
            new HashSet<string>(["README.md", "icon.png", .. Both(id + ".dll"), .. Both(id + ".xml")]), names);
        var repository = Assert.Single(Packages.Nuspec(id).Descendants(), e => e.Name.LocalName == "repository");
        Assert.Matches("^[0-9a-f]{40}$", repository.Attribute("commit")!.Value);

        // Each assembly with its symbols, whose documents do not say where they were built.
        var assemblies = names.Where(n => n.EndsWith(".dll", StringComparison.Ordinal)).Select(n => Path.ChangeExtension(n, ".pdb"));
        Assert.Superset(assemblies.ToHashSet(), Packages.Names(id, "snupkg"));
        Assert.All(Packages.Documents(id), path => Assert.StartsWith("/_", path, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Both(string file) => [$"lib/net9.0/{file}", $"lib/net10.0/{file}"];
}
