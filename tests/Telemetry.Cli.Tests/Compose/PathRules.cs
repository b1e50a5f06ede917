using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>Everything mounted, copied, built or run is in the tree, in an image or in a volume that is declared.</summary>
internal static partial class PathRules
{
    public static IEnumerable<string> Problems(Deployment deployment)
    {
        var compose = deployment.Compose;
        var named = deployment.Services.SelectMany(service => service.Volumes).Select(SourceOf).Where(source => !IsHostPath(source)).Distinct().ToArray();
        return
        [
            .. named.Except(compose.Volumes).Select(name => $"volume '{name}' is not declared"),
            .. compose.Volumes.Except(named).Select(name => $"volume '{name}' is not used"),
            .. deployment.Services.SelectMany(Mounts),
            .. deployment.Services.Where(service => service.IsOurs).SelectMany(service => OurPaths(deployment, service)),
            .. deployment.Dockerfile.Projects.Where(project => !Exists(project)).Select(project => $"Dockerfile: {project} is not in this tree"),
            .. deployment.Dockerfile.Sources.Except(deployment.Dockerfile.Stages).Select(stage => $"Dockerfile: nothing can be copied from '{stage}'"),
        ];
    }

    // A path of the host comes with a default or from this tree, and is not written to.
    private static IEnumerable<string> Mounts(ComposeService service)
    {
        foreach (var volume in service.Volumes.Where(volume => IsHostPath(SourceOf(volume))))
        {
            if (!volume.EndsWith(":ro", StringComparison.Ordinal))
            {
                yield return $"{service.Name}: {volume} is the host's and not read-only";
            }

            if (SourceOf(volume).StartsWith('.') && !Exists(SourceOf(volume)))
            {
                yield return $"{service.Name}: {SourceOf(volume)} is not in this tree";
            }
        }
    }

    private static IEnumerable<string> OurPaths(Deployment deployment, ComposeService service)
    {
        if (!Exists(Path.Combine(service.BuildContext, "Dockerfile")))
        {
            yield return $"{service.Name}: there is no Dockerfile in {service.BuildContext}";
        }

        var programs = service.Command.Append(deployment.Dockerfile.EntrypointOf(service.BuildTarget)).Concat(service.HealthcheckTest)
            .Where(word => Program().IsMatch(word));
        foreach (var program in programs.Where(program => !IsBuilt(deployment.Dockerfile, service.BuildTarget, program)))
        {
            yield return $"{service.Name}: the image '{service.BuildTarget}' has no {program}";
        }

        var targets = service.Volumes.Select(TargetOf).ToArray();
        foreach (var path in Values(service.Command, "--data").Concat(Values(service.Command, "--watch")))
        {
            if (!targets.Any(target => path == target || path.StartsWith(target + "/", StringComparison.Ordinal)))
            {
                yield return $"{service.Name}: {path} is in no volume";
            }
        }
    }

    private static bool IsBuilt(Dockerfile dockerfile, string stage, string program) =>
        dockerfile.FoldersOf(stage).Contains(Path.GetDirectoryName(program)) && AssemblyNames.Contains(Path.GetFileName(program));

    private static HashSet<string> AssemblyNames { get; } = [.. new[] { "dashboards/Telemetry.Cli", "shippers/Telemetry.Shipper", "tests/Demo" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Installation.Repository, folder), "*.csproj"))
        .Select(file => AssemblyName().Match(File.ReadAllText(file)).Groups[1].Value)];

    private static IEnumerable<string> Values(IReadOnlyList<string> command, string flag) =>
        command.Zip(command.Skip(1)).Where(pair => pair.First == flag).Select(pair => pair.Second);

    private static bool Exists(string path) => Path.Exists(Path.Combine(Installation.Repository, path));

    private static bool IsHostPath(string source) => source[0] is '.' or '/' or '~' or '$';

    private static string SourceOf(string volume) => Volume().Match(volume).Groups["source"].Value;

    private static string TargetOf(string volume) => Volume().Match(volume).Groups["target"].Value;

    [GeneratedRegex(@"^(?<source>\$\{[^}]*\}|[^:]+):(?<target>[^:]+)")]
    private static partial Regex Volume();

    [GeneratedRegex("^/(app|demo)/")]
    private static partial Regex Program();

    [GeneratedRegex("<AssemblyName>(.*)</AssemblyName>")]
    private static partial Regex AssemblyName();
}
