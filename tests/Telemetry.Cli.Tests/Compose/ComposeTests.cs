using System.ComponentModel;
using System.Diagnostics;

namespace Telemetry.Cli.Tests.Compose;

/// <summary>
/// docker-compose.yml and the Dockerfile cannot be run by tests, as those have no Docker to run them with. What can be checked is:
/// that compose takes the file, and that every path, port and variable in it is one that exists.
/// </summary>
public sealed class ComposeTests
{
    [Fact]
    public async Task EveryPathPortAndVariableExists() =>
        Assert.Empty(Problems(await Deployment.ReadAsync(ComposeFile.Committed, Dockerfile.Committed)));

    [Theory]
    [InlineData("read_only: true", "read_only: false", "needs read_only")]
    [InlineData("cap_drop: [ALL]", "cap_drop: [CHOWN]", "needs cap_drop")]
    [InlineData("no-new-privileges:true", "no-new-privileges:false", "needs security_opt")]
    [InlineData("mem_limit: 1g", "mem_reservation: 1g", "kafka needs mem_limit")]
    [InlineData("user: \"1000:1000\"", "user: root", "kafka needs a user")]
    [InlineData("user: \"10001:10001\"", "user: \"0:10001\"", "gateway needs a user")]
    [InlineData("healthcheck: *search", "labels: [a]", "telemetry needs a healthcheck")]
    [InlineData("apache/kafka:4.1.0", "apache/kafka:latest", "not pinned")]
    [InlineData("image: kibana:8.19.21", "image: kibana:8.19.20", "own version")]
    [InlineData("telemetry-demo:0.1.0", "telemetry-demo:0.0.9", "not of this version")]
    [InlineData("target: demo", "target: shipper", "no stage 'shipper'")]
    [InlineData("kafka:/var/lib/kafka/data", "broker:/var/lib/kafka/data", "volume 'broker' is not declared")]
    [InlineData("kafka:/var/lib/kafka/data", "broker:/var/lib/kafka/data", "volume 'kafka' is not used")]
    [InlineData(":/logs:ro", ":/logs", "not read-only")]
    [InlineData("demo:/data", "./tests/Demonstration:/data:ro", "is not in this tree")]
    [InlineData("--watch /logs/*.log", "--watch /var/log/*.log", "/var/log/*.log is in no volume")]
    [InlineData("/app/telemetry\", \"search", "/app/telemetry-cli\", \"search", "has no /app/telemetry-cli")]
    [InlineData("/demo/telemetry-demo-service", "/demo/demo-service", "has no /demo/demo-service")]
    [InlineData("\"127.0.0.1:5601:5601\"", "\"5601:5601\"", "beyond loopback")]
    [InlineData("\"127.0.0.1:5601:5601\"", "\"127.0.0.1:5601:5602\"", "published port 5602")]
    [InlineData("\"127.0.0.1:5601:5601\"", "\"127.0.0.1:4319:5601\"", "port 4319 is published twice")]
    [InlineData("localhost:5601", "localhost:5600", "port 5600 of its health check")]
    [InlineData("--bootstrap-server localhost:9092", "--bootstrap-server localhost:9094", "port 9094 of its health check")]
    [InlineData("/dev/tcp/127.0.0.1/4319", "/dev/tcp/127.0.0.1/4320", "gateway: nothing listens at port 4320 of its health check")]
    [InlineData("/dev/tcp/127.0.0.1/9464", "/dev/tcp/127.0.0.1/9465", "indexer: nothing listens at port 9465")]
    [InlineData("\"--limit\", \"0\"", "\"--limits\", \"0\"", "console: health check: Unrecognized")]
    [InlineData("TELEMETRY_HTTP__NAMES: console", "TELEMETRY_HTTP__PORT: \"5081\"", "another port than the console's")]
    [InlineData("--http-listen, 0.0.0.0", "--http-listen, 127.0.0.1", "its own loopback")]
    [InlineData("kafka://kafka:9092", "kafka://kafka:9094", "nothing listens at kafka:9094")]
    [InlineData("http://elasticsearch:9200", "http://store:9200", "store:9200 is no service")]
    [InlineData("http://gateway:4319", "http://gateway:4318", "demo: nothing listens at gateway:4318")]
    [InlineData("networks: [engines]\n    volumes:\n      - kafka", "networks: [front]\n    volumes:\n      - kafka", "kafka is in no network with it")]
    [InlineData("networks: [engines, front]", "networks: [engines]", "not published from internal networks")]
    [InlineData("networks: [engines, front]", "networks: [engine, front]", "network 'engine' is not declared")]
    [InlineData("condition: service_healthy", "condition: service_started", "has to wait until kafka is healthy")]
    [InlineData("[gateway, --data, /data,", "[gateway, --dta, /data,", "gateway: Unrecognized")]
    [InlineData("[indexer, --data, /data,", "[indexer, --grpc-port, \"4319\",", "indexer: Unrecognized")]
    [InlineData("replication=1", "replicas=1", "gateway: telemetry:")]
    [InlineData("TELEMETRY_STORE:", "TELEMETRY_STOER:", "TELEMETRY_STOER is no setting")]
    [InlineData("${LOGS:-/var/log}", "${LOGS}", "LOGS has no default")]
    [InlineData("${LOGS:-/var/log}", "${LOG_FOLDER:-/var/log}", "LOG_FOLDER is not in README")]
    [InlineData("${KIBANA_ENCRYPTION_KEY:-}", "${KIBANA_ENCRYPTION_KEY:-changeme}", "secret with a default")]
    public async Task WhatIsWrongIsFound(string right, string wrong, string problem)
    {
        Assert.Contains(right, ComposeFile.Committed, StringComparison.Ordinal);
        var broken = ComposeFile.Committed.Replace(right, wrong, StringComparison.Ordinal);
        Assert.Contains(Problems(await Deployment.ReadAsync(broken, Dockerfile.Committed)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("aspnet:10.0.12-noble", "aspnet:10.0", "not pinned")]
    [InlineData("publish tests/Demo ", "publish tests/Demonstration ", "tests/Demonstration is not in this tree")]
    [InlineData("--from=build /demo", "--from=builder /demo", "copied from 'builder'")]
    [InlineData("/demo /demo", "/demo /opt", "has no /demo/telemetry-demo-service")]
    [InlineData("ENTRYPOINT [\"/app/telemetry\"]", "ENTRYPOINT [\"/app/Telemetry.Cli\"]", "has no /app/Telemetry.Cli")]
    public async Task WhatIsWrongInTheDockerfileIsFound(string right, string wrong, string problem)
    {
        Assert.Contains(right, Dockerfile.Committed, StringComparison.Ordinal);
        var broken = Dockerfile.Committed.Replace(right, wrong, StringComparison.Ordinal);
        Assert.Contains(Problems(await Deployment.ReadAsync(ComposeFile.Committed, broken)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("config", "--quiet")]
    [InlineData("--profile", "embedded", "config", "--quiet")]
    public void ComposeTakesTheFile(params string[] arguments)
    {
        var (exitCode, said) = Run("docker-compose", arguments);
        Assert.True(exitCode == 0, said);
    }

    private static string[] Problems(Deployment deployment) =>
    [
        .. ConfinementRules.Problems(deployment), .. ImageRules.Problems(deployment), .. PathRules.Problems(deployment),
        .. PortRules.Problems(deployment), .. VariableRules.Problems(deployment), .. deployment.RefusedCommands,
    ];

    private static (int ExitCode, string Said) Run(string program, IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Installation.Repository,
        };
        try
        {
            using var process = Process.Start(info)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var said = process.StandardError.ReadToEnd() + output.Result;
            process.WaitForExit();
            return (process.ExitCode, said);
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed: apt-get install {program}");
            throw;
        }
    }
}
