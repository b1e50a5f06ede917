using System.Text.RegularExpressions;

namespace Telemetry.Cli.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TheMergedResultIsShownWithTheSourceOfEachValue()
    {
        _cli.Environment["TELEMETRY_STORE__KEEP_BYTES"] = "5GiB";
        _cli.Environment["TELEMETRY_CLIENT__TOKEN"] = "hunter2";
        _cli.Environment["TELEMETRY_LOCAL_SHIPPER__WATCH"] = "/srv/a.log:/srv/b.log";
        _cli.Environment["TELEMETRY_SHIPPER__ROLE"] = "web";
        var file = Write("""{ "store": { "keep": "30d", "keep_bytes": "1GiB" }, "http": { "port": 6000 }, }""");

        var table = await _cli.RunAsync("config", "show", "--http-port", "7000", "--config", file);
        var json = await _cli.RunAsync("config", "show", "--json", "--http-port", "7000", "--config", file);

        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Approved.Matches("config-show.txt", Regex.Replace(table.Out.Replace(file, "FILE"), " {3,}", "  "));
        Approved.Matches("config-show.json", json.Out.Replace(file, "FILE"));
        Assert.DoesNotContain("hunter2", table.Out + json.Out);
    }

    [Theory]
    [InlineData("http://user:pass@h:1")]
    [InlineData("https://user:pa/ss@h")]
    [InlineData("user:pass@h")]
    public async Task CredentialsOfAUrlAreNeverPrinted(string url)
    {
        _cli.Environment["TELEMETRY_URL"] = url;
        using var nobody = new UnreachableServer();
        _cli.Transport = nobody;
        foreach (var args in (string[][])[["config", "show"], ["config", "show", "--json"], ["search", "*"]])
        {
            var result = await _cli.RunAsync(args);
            Assert.DoesNotContain("ss@", result.Out + result.Error);
            Assert.DoesNotContain("user", result.Out + result.Error);
        }
    }

    [Fact]
    public async Task AnEngineIsOneSwitchAndShowsNoSecret()
    {
        var file = Write("""{ "store": "https://writer:hunter2@es-1:9200,es-2:9200?namespace=prod" }""");
        _cli.Environment["TELEMETRY_BUS"] =
            $"kafka://k-1:9092?sasl.mechanism=PLAIN&security.protocol=SASL_SSL&sasl.username=me&sasl.password=hunter2&ssl.ca.location={file}&partitions=8";

        var table = await _cli.RunAsync("config", "show", "--config", file);

        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Contains("https://(redacted)@es-1:9200,es-2:9200?namespace=prod", table.Out, StringComparison.Ordinal);
        Assert.Contains($"sasl.password=(redacted)&ssl.ca.location={file}&partitions=8", table.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", table.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatIsNoElasticsearchIsUsage()
    {
        var result = await _cli.RunAsync("up", "--data", _directory["data"], "--store", "ftp://x");
        Assert.Equal((2, "telemetry: The store's URL has to begin with http:// or https://.\n"), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("TELEMETRY_DATA__DIRECTORY", "")]
    [InlineData("TELEMETRY_CLIENT__TOKEN", "a\nb")]
    [InlineData("TELEMETRY_CLIENT__TOKEN", "\u00e9")]
    public async Task AnOddValueIsUsage(string name, string value)
    {
        _cli.Environment[name] = value;

        var result = await _cli.RunAsync("search", "*");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Single(result.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task AllProblemsComeAtOnce()
    {
        _cli.Environment["TELEMETRY_STORE__KEPE"] = "7d";
        _cli.Environment["TELEMETRY_GRPC__PORT"] = "70000";
        _cli.ConfigurationFile = Write("""{ "store": { "keep": "fortnight", "kep": "7d" }, "htp": { "port": 1 } }""");

        var result = await _cli.RunAsync("config", "show", "--keep-bytes", "20GB", "--tls-cert", "/no/such.pem");

        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Approved.Matches("config-problems.txt", result.Error.Replace(_cli.ConfigurationFile, "FILE"));
    }

    [Theory]
    [InlineData("--keep", "0s", "a duration like 7d, 8m or more")]
    [InlineData("--keep", "7m", "a duration like 7d, 8m or more")]
    [InlineData("--keep-bytes", "0", "a size like 20GiB, 64MiB or more")]
    [InlineData("--keep-bytes", "63MiB", "a size like 20GiB, 64MiB or more")]
    public async Task RetentionThatCannotBeHonouredIsRefusedWithTheLeast(string flag, string value, string least)
    {
        var result = await _cli.RunAsync("config", "show", flag, value);

        Assert.Equal((2, $"telemetry: {flag} has to be {least}, not '{value}'\n"), (result.ExitCode, result.Error));
    }

    [Theory]
    [InlineData("{", "not valid JSON at line 1")]
    [InlineData("[]", "a JSON object of sections is expected")]
    [InlineData("""{ "http": { "port": {} } }""", "http.port has to be a text")]
    public async Task AFileThatIsNoneOfOursIsRefused(string content, string expected)
    {
        var result = await _cli.RunAsync("config", "show", "--config", Write(content));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error);
    }

    [Fact]
    public async Task ANamedFileHasToExist()
    {
        var result = await _cli.RunAsync("config", "show", "--config", _directory["missing.json"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("missing.json", result.Error);
    }

    [Fact]
    public async Task ShortNamesInTheEnvironmentGiveWayToRegularOnes()
    {
        _cli.Environment["TELEMETRY_DATA"] = "/srv/short";
        Assert.Contains("/srv/short", (await _cli.RunAsync("config", "show")).Out);

        _cli.Environment["TELEMETRY_DATA__DIRECTORY"] = "/srv/regular";
        Assert.Contains("/srv/regular", (await _cli.RunAsync("config", "show")).Out);
    }

    private string Write(string content)
    {
        File.WriteAllText(_directory["telemetry.json"], content);
        return _directory["telemetry.json"];
    }
}
