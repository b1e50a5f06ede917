using Telemetry.Shipper.Commands;
using Telemetry.Shipper.Configuration;
using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Commands;

public class ConfigurationTests
{
    [Theory]
    [InlineData("run --wach /x", "Unknown flag '--wach'. Did you mean --watch")]
    [InlineData("run --batch 5parsecs", "'batch' is '5parsecs' (flag); it has to be a size from 1KiB to 4MiB.")]
    [InlineData("run --ack-timeout 5", "'ack-timeout' is '5' (flag); it has to be a duration from 1ms to 7d, like 5s.")]
    [InlineData("run --window-batches 0", "it has to be a whole number from 1 to 1024.")]
    [InlineData("run --window 0", "'window' is '0' (flag); it has to be a size from 1KiB to 256MiB.")]
    [InlineData("run --max-record 0", "'max-record' is '0' (flag); it has to be a size from 1KiB to 256KiB.")]
    [InlineData("run --max-record 100MiB", "'max-record' is '100MiB' (flag); it has to be a size from 1KiB to 256KiB.")]
    [InlineData("run --spool 1KiB", "'spool' is '1KiB' (flag); it has to be a size from 24MiB to 1TiB.")]
    [InlineData("run --heartbeat 60d", "'heartbeat' is '60d' (flag); it has to be a duration from 1ms to 7d, like 5s.")]
    [InlineData("run --time-zone Mars/Phobos", "'time-zone' is 'Mars/Phobos'; it has to be an IANA time zone like Europe/Berlin.")]
    [InlineData("run --instance-id {long}", "…' with 300 characters; it has to be 1 to 256 printable characters.")]
    [InlineData("run --label k={wide}", "with 1 and 200 bytes; key and value may have at most 128 bytes each.")]
    [InlineData("run --gateway localhost", "it has to be an address like https://host:4319")]
    [InlineData("run --token-file /no/such", "The token file '/no/such' does not exist.")]
    [InlineData("run --gateway http://example.com:4319 --token-file {this}", "without TLS; use https, or --insecure")]
    [InlineData("run --gateway=", "'gateway' is '' (flag); it has to be an address like https://host:4319")]
    [InlineData("run --watch /a/{b,{c,d}}.log", "'watch' is '/a/{b,{c,d}}.log' (flag); it has to be a pattern without a backslash and without braces in braces")]
    [InlineData(@"run --watch /a/\*.log", "it has to be a pattern without a backslash")]
    [InlineData("run --watch {a,b}/{c,{d}}", "without braces in braces")]
    [InlineData("run --label x", "it has to be KEY=VALUE")]
    [InlineData("run --group=maybe", "it has to be on or off")]
    [InlineData("run stray", "'run' takes no argument 'stray'")]
    [InlineData("run --identity /no/such", "The identity file '/no/such' does not exist.")]
    [InlineData("run --watch", "'--watch' needs a value.")]
    [InlineData("run --name x", "Unknown flag '--name'.")]
    [InlineData("pipe", "'pipe' needs --name NAME")]
    [InlineData("exec", "'exec' needs a command")]
    [InlineData("rum", "Unknown command 'rum'. Did you mean run?")]
    [InlineData("config sho", "Unknown command 'config sho'.")]
    public async Task AMistakeIsOneSentenceAndExitsWithTwo(string line, string sentence)
    {
        using var file = new TemporaryDirectory();
        File.WriteAllText(file["token"], "secret");
        var (exitCode, _, error) = await RunAsync(line.Replace("{this}", file["token"]).Replace("{long}", new string('x', 300)).Replace("{wide}", new string('é', 100)));
        Assert.Equal(2, exitCode);
        Assert.Contains(sentence, error);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task AnUnknownSettingInTheEnvironmentIsAMistake()
    {
        var (exitCode, _, error) = await RunAsync("config show", new() { ["TELEMETRY_SHIPPER__WACH"] = "x", ["TELEMETRY_OTHER"] = "y" });
        Assert.Equal(2, exitCode);
        Assert.StartsWith("telemetry-shipper: The environment has the unknown setting 'TELEMETRY_SHIPPER__WACH'. Did you mean TELEMETRY_SHIPPER__WATCH", error);
    }

    [Fact]
    public async Task WithoutAnyGatewayThereIsNothingToDo()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["c.json"], """{ "gateway": [] }""");
        foreach (var (exitCode, _, error) in new[]
        {
            await RunAsync("exec -- true", new() { ["TELEMETRY_SHIPPER__GATEWAY"] = "" }),
            await RunAsync($"exec --config {directory["c.json"]} -- true"),
        })
        {
            Assert.Equal(2, exitCode);
            Assert.Matches("^telemetry-shipper: 'gateway' is empty \\(.*\\); it has to be at least one address like https://host:4319.\n$", error);
        }
    }

    [Fact]
    public async Task FlagsAreOverTheEnvironmentOverTheFileOverDefaults()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["c.json"], """{ "role": "file", "zone": "file", "batch": "1MiB", "watch": ["/a", "/b"], "group": false, "window_batches": 3 }""");
        var (exitCode, output, _) = await RunAsync($"config show --json --config {directory["c.json"]} --zone flag",
            new() { ["TELEMETRY_SHIPPER__ROLE"] = "environment", ["TELEMETRY_SHIPPER__ZONE"] = "environment", ["TELEMETRY_SHIPPER__TOKEN"] = "hush" });
        Assert.Equal(0, exitCode);
        using var shown = System.Text.Json.JsonDocument.Parse(output);
        string Of(string name) => $"{shown.RootElement.GetProperty(name).GetProperty("value")} {shown.RootElement.GetProperty(name).GetProperty("source")}";
        Assert.Equal("flag flag", Of("zone"));
        Assert.Equal("environment environment TELEMETRY_SHIPPER__ROLE", Of("role"));
        Assert.Equal($"1MiB file {directory["c.json"]}", Of("batch"));
        Assert.Equal($"3 file {directory["c.json"]}", Of("window-batches"));
        Assert.StartsWith("off file", Of("group"));
        Assert.Equal("15s default", Of("ack-timeout"));
        Assert.StartsWith("(redacted) environment", Of("token"));
        Assert.DoesNotContain("hush", output);
    }

    [Fact]
    public async Task AllMistakesAreSaidAtOnce()
    {
        var (exitCode, _, error) = await RunAsync("run --wach x --window 0 --time-zone Mars/Phobos --token-file /no/such");
        Assert.Equal(2, exitCode);
        Assert.Equal(4, error.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [InlineData("""{ "watch": null }""", "'watch' is null (file ")]
    [InlineData("""{ "watch": ["a", null] }""", """'watch' is ["a", null] (file """)]
    [InlineData("""{ "role": {} }""", "'role' is {} (file ")]
    public async Task AValueInTheFileThatIsNoneIsAMistake(string json, string sentence)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["c.json"], json);
        var (exitCode, _, error) = await RunAsync($"run --config {directory["c.json"]}");
        Assert.Equal(2, exitCode);
        Assert.Contains(sentence, error);
    }

    [Fact]
    public async Task AnUnknownKeyInTheFileIsAMistake()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["c.json"], """{ "wach": [] }""");
        var (exitCode, _, error) = await RunAsync($"run --config {directory["c.json"]}");
        Assert.Equal(2, exitCode);
        Assert.Contains("has the unknown key 'wach'. Did you mean watch", error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("pipe")]
    [InlineData("exec")]
    public async Task TheHelpIsAsApproved(string verb)
    {
        var (exitCode, output, _) = await RunAsync($"{verb} --help".Trim());
        Assert.Equal(0, exitCode);
        Approved.Matches($"help{(verb.Length > 0 ? "-" + verb : "")}.txt", output);
    }

    [Theory]
    [InlineData("64MiB", 64L << 20)]
    [InlineData("1.5KiB", 1536)]
    [InlineData("7", 7)]
    [InlineData("2g", 2L << 30)]
    [InlineData("10 kib", 10240)]
    public void SizesAreRead(string text, long bytes)
    {
        Assert.True(Units.TrySize(text, out var size));
        Assert.Equal(bytes, size);
    }

    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("200ms", 200)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("7d", 604_800_000)]
    public void DurationsAreRead(string text, double milliseconds)
    {
        Assert.True(Units.TryDuration(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("-1s")]
    [InlineData("s")]
    [InlineData("")]
    [InlineData("5 parsecs")]
    [InlineData("1e9d")]
    public void OtherTextIsNeither(string text)
    {
        Assert.False(Units.TryDuration(text, out _));
        Assert.False(Units.TrySize(text, out _));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string line, Dictionary<string, string>? environment = null)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var machine = new FakeMachine { Files = { ["/etc/machine-id"] = "machine-1", ["/proc/sys/kernel/random/boot_id"] = "boot-1" } };
        var host = new Host(output, error, environment ?? [], machine, new FakeTime(), new Random(1), []);
        var exitCode = await ShipperProgram.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), host);
        return (exitCode, output.ToString(), error.ToString());
    }
}
