using Telemetry.Shipper.Files;

namespace Telemetry.Shipper.Tests.Files;

public sealed class GlobTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public GlobTests()
    {
        foreach (var path in new[] { "a.log", "b.txt", ".hidden.log", "x/c.log", "x/y/d.log", "x/y/e1.log", "z/c.log" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_root[path])!);
            File.WriteAllText(_root[path], "");
        }

        Directory.CreateSymbolicLink(_root["loop"], _root.Path);
        File.CreateSymbolicLink(_root["x/link.log"], _root["a.log"]);
    }

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("*.log", "a.log")]
    [InlineData("a.log", "a.log")]
    [InlineData("none*", "")]
    [InlineData(".*.log", ".hidden.log")]
    [InlineData("*/c.log", "x/c.log z/c.log")]
    [InlineData("**/*.log", "a.log x/c.log x/link.log x/y/d.log x/y/e1.log z/c.log")]
    [InlineData("x/**", "x/c.log x/link.log x/y/d.log x/y/e1.log")]
    [InlineData("{x,z}/c.log", "x/c.log z/c.log")]
    [InlineData("x/y/[de]?.log", "x/y/e1.log")]
    [InlineData("x/y/[!e]*.log", "x/y/d.log")]
    [InlineData("?.{log,txt}", "a.log b.txt")]
    public void MatchesWhatItSays(string pattern, string expected)
    {
        var found = new List<string>();
        new Glob(_root[pattern]).Expand(found);
        Assert.Equal(expected, string.Join(' ', found.Select(f => Path.GetRelativePath(_root.Path, f)).Order(StringComparer.Ordinal)));
    }
}
