using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>Images say their version, ours the version of this tree.</summary>
internal static partial class ImageRules
{
    public static IEnumerable<string> Problems(Deployment deployment)
    {
        var stages = deployment.Dockerfile.Stages;
        foreach (var image in deployment.Services.Select(service => service.Image).Concat(deployment.Dockerfile.Images.Except(stages)))
        {
            if (!Pinned().IsMatch(image))
            {
                yield return $"'{image}' is not pinned to a version of three numbers";
            }
        }

        foreach (var service in deployment.Services.Where(service => service.IsOurs))
        {
            if (!service.Image.EndsWith($":{Version}", StringComparison.Ordinal))
            {
                yield return $"{service.Name}: {service.Image} is not of this version, {Version}";
            }

            if (!stages.Contains(service.BuildTarget))
            {
                yield return $"{service.Name}: the Dockerfile has no stage '{service.BuildTarget}'";
            }
        }

        if (Tags(deployment, "elasticsearch:").Concat(Tags(deployment, "kibana:")).Distinct().Count() > 1)
        {
            yield return "Kibana takes an Elasticsearch of its own version only";
        }
    }

    private static string Version => XDocument.Load(Path.Combine(Installation.Repository, "Directory.Build.props")).Descendants("Version").First().Value;

    private static IEnumerable<string> Tags(Deployment deployment, string image) => deployment.Services
        .Select(service => service.Image).Where(name => name.StartsWith(image, StringComparison.Ordinal)).Select(name => name[image.Length..]);

    [GeneratedRegex(@"^[a-z0-9./-]+:\d+\.\d+\.\d+(-[a-z0-9]+)?$")]
    private static partial Regex Pinned();
}
