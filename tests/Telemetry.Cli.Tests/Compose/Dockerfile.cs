using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>The Dockerfile, as far as paths, images and stages go.</summary>
internal sealed partial class Dockerfile
{
    private Dockerfile(string text) => Text = text;

    /// <summary>As it is on disk.</summary>
    public static string Committed { get; } = File.ReadAllText(Path.Combine(Installation.Repository, "Dockerfile"));

    public string Text { get; }

    /// <summary>Images that stages begin with.</summary>
    public IReadOnlyList<string> Images => [.. Froms().Matches(Text).Select(match => match.Groups["image"].Value)];

    public IReadOnlyList<string> Stages => [.. Froms().Matches(Text).Select(match => match.Groups["stage"].Value)];

    /// <summary>Stages that something is copied from.</summary>
    public IReadOnlyList<string> Sources => [.. Copies().Matches(Text).Select(match => match.Groups[1].Value)];

    /// <summary>Projects of this tree that it publishes.</summary>
    public IReadOnlyList<string> Projects => [.. Publishes().Matches(Text).Select(match => match.Groups[1].Value)];

    public static Dockerfile Parse(string text) => new(text);

    /// <summary>Folders of a stage's image that something is copied to.</summary>
    public IReadOnlyList<string> FoldersOf(string stage) =>
        [.. Targets().Matches(BodyOf(stage)).Select(match => "/" + match.Groups[1].Value)];

    /// <summary>What a stage's image runs.</summary>
    public string EntrypointOf(string stage) => Entrypoints().Match(BodyOf(stage)).Groups[1].Value;

    private string BodyOf(string stage)
    {
        var from = Froms().Matches(Text).FirstOrDefault(match => match.Groups["stage"].Value == stage);
        return from is null ? "" : Text[from.Index..].Split("\nFROM ")[0];
    }

    [GeneratedRegex(@"^FROM (?<image>\S+)(?: AS (?<stage>\S+))?$", RegexOptions.Multiline)]
    private static partial Regex Froms();

    [GeneratedRegex(@"^COPY --from=(\S+)", RegexOptions.Multiline)]
    private static partial Regex Copies();

    [GeneratedRegex(@"^COPY --from=.* /(\w+)/?$", RegexOptions.Multiline)]
    private static partial Regex Targets();

    [GeneratedRegex(@"dotnet publish (\S+)")]
    private static partial Regex Publishes();

    [GeneratedRegex("""^ENTRYPOINT \["([^"]+)"\]$""", RegexOptions.Multiline)]
    private static partial Regex Entrypoints();
}
