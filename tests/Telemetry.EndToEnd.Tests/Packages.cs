using System.Diagnostics;
using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;

namespace Telemetry.EndToEnd.Tests;

/// <summary>Packs what is installed, and makes fresh applications that install from it.</summary>
public sealed class Packages : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private readonly TemporaryDirectory _folder = new();

    private static string Feed => Path.Combine(Installation.Repository, "artifacts/packages");

    public async ValueTask InitializeAsync() => await RunAsync(null, Path.Combine(Installation.Repository, "build"), "pack");

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The first C# block of a text.</summary>
    public static string Example(string readme) => File.ReadAllText(readme).Split("```csharp\n")[1].Split("```")[0];

    /// <summary>Installs a package into an application that has nothing else, and runs it against the gateway of an installation.</summary>
    public async Task RunFreshAsync(Installation here, string package, string program)
    {
        var folder = Directory.CreateDirectory(_folder[package]).FullName;
        File.WriteAllText(Path.Combine(folder, "Program.cs"), program);
        File.WriteAllText(Path.Combine(folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings></PropertyGroup>
              <ItemGroup><PackageReference Include="{package}" Version="*" /></ItemGroup>
            </Project>
            """);
        // Beside the machine's own sources.
        File.WriteAllText(Path.Combine(folder, "NuGet.config"), $"""
            <configuration><packageSources><add key="ours" value="{Feed}" /></packageSources></configuration>
            """);
        await RunAsync(here, "dotnet", "run", "--project", folder);
    }

    /// <summary>Files of a package.</summary>
    public static HashSet<string> Names(string id, string extension)
    {
        using var zip = Open(id, extension);
        return [.. zip.Entries.Select(e => e.FullName)];
    }

    public static XDocument Nuspec(string id)
    {
        using var zip = Open(id, "nupkg");
        using var stream = zip.GetEntry(id + ".nuspec")!.Open();
        return XDocument.Load(stream);
    }

    /// <summary>Paths of the sources, as the symbols name them.</summary>
    public static List<string> Documents(string id)
    {
        using var zip = Open(id, "snupkg");
        var paths = new List<string>();
        foreach (var entry in zip.Entries.Where(e => e.FullName.EndsWith(".pdb", StringComparison.Ordinal)))
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            bytes.Position = 0;
            using var symbols = MetadataReaderProvider.FromPortablePdbStream(bytes);
            var reader = symbols.GetMetadataReader();
            paths.AddRange(reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name)));
        }

        return paths;
    }

    private static ZipArchive Open(string id, string extension) => ZipFile.OpenRead(Assert.Single(Directory.GetFiles(Feed, $"{id}.*.{extension}")));

    /// <summary>With a package folder of its own: what another build left in the machine's would be taken for what was packed.</summary>
    private async Task RunAsync(Installation? here, string program, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        if (here is not null)
        {
            start.Environment["NUGET_PACKAGES"] = _folder["packages"];
            start.Environment["TELEMETRY_SINK__ENDPOINT"] = here.Gateway;
        }

        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(Deadline);
        await process.WaitForExitAsync(deadline.Token);
        Assert.True(process.ExitCode == 0, string.Concat(await said));
    }
}
