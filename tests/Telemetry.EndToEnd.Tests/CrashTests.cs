using System.Text.Json;

namespace Telemetry.EndToEnd.Tests;

/// <summary>A process that ends badly under `telemetry-shipper exec`.</summary>
[Trait("Category", "heavy")]
public sealed class CrashTests
{
    [Fact]
    public async Task ASignalIsFoundAmongTheCrashes()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");

        var ended = await here.ShipperAsync("exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"),
            "--instance-id", "victim", "--host-name", "victim", "--name", "shop", "--", "/bin/sh", "-c", "echo last words >&2; kill -SEGV $$");

        Assert.Equal(139, ended.ExitCode);
        var crash = await CrashAsync(here);
        Assert.Contains("SIGSEGV", crash);
        await Eventually.Holds(async () => await here.CountAsync("crash.signal : SIGSEGV and service.name : shop") == 1, "the crash is a document");
        await Eventually.Holds(async () => await here.CountAsync("\"last words\" and not crash.id : *") == 1, "the line of standard error is a document");
        var table = await here.TelemetryAsync("crashes");
        Assert.Contains("SIGSEGV", table.Out);
        Assert.Contains("victim", table.Out);
    }

    [Fact]
    public async Task AnUnhandledExceptionIsTakenApart()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        await using var up = await here.UpAsync("--no-shipper");
        var service = Path.Combine(Installation.Repository, "artifacts/bin/Telemetry.Demo/release/telemetry-demo-service");

        var ended = await here.ShipperAsync("exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"),
            "--instance-id", "victim", "--name", "shop", "--", service, "worker", "--name", "w", "--rate", "50", "--throw-after", "0.2");

        Assert.Equal(134, ended.ExitCode);
        var crash = await CrashAsync(here);
        Assert.Contains("System.InvalidOperationException", crash);
        Assert.Contains("Order 4711 could not be placed", crash);
        await Eventually.Holds(async () => await here.CountAsync("error.type : System.InvalidOperationException and crash.inner : *TimeoutException*") == 1, "the inner exception is a field");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACrashOfWhichTheSinkAndExecKnowIsOne(bool isInShell)
    {
        var (here, ended) = await ExecAsync(isInShell ? ["/bin/sh", "-c", "\"$0\" \"$@\"; exit $?", LastWords, "throw"] : [LastWords, "throw"]);
        await using var _ = here;

        Assert.Equal(134, ended.ExitCode);
        var crash = await CrashAsync(here);
        Assert.Contains("order 4711 could not be placed", crash);
        const string all = "crash.id : * and service.name : shop-exec and error.type : System.InvalidOperationException and crash.inner : *TimeoutException*"
            + " and process.command_line : *last-words* and message : *SIGABRT*";
        await Eventually.Holds(
            async () => await here.CountAsync(isInShell ? all.Replace("*SIGABRT*", "*134*", StringComparison.Ordinal) : all) == 1, "it has what both know");
        await Eventually.Holds(async () => await here.CountAsync("\"about to throw\" and service.name : shop") == 1, "the line before is there");
        Assert.Equal(1, await here.CountAsync("crash.id : *"));
        Assert.Equal(1, await here.CountAsync("crash.stderr : *4711*"));
    }

    [Fact]
    public async Task WhatTheSinkKnowsBetterIsKept()
    {
        var (here, _) = await ExecAsync(LastWords, "hostile");
        await using var installation = here;

        await CrashAsync(here);
        await Eventually.Holds(async () => await here.CountAsync("error.type : \"LastWords.Program+Hostile\" and crash.stderr : *hostile*") == 1, "type and text are there");
        Assert.Equal(1, await here.CountAsync("crash.id : *"));
    }

    [Theory]
    [InlineData("failfast", "order 4711 broke an invariant")]
    [InlineData("overflow", "System.StackOverflowException")]
    [InlineData("native", "SIGABRT")]
    public async Task WhereTheSinkCannotKnowExecTells(string how, string what)
    {
        var (here, _) = await ExecAsync(LastWords, how);
        await using var installation = here;

        Assert.Contains(what, await CrashAsync(here));
        await Eventually.Holds(async () => await here.CountAsync($"\"about to {how}\" and log.level : fatal") == 1, "the last words are there");
    }

    private static string LastWords => Path.Combine(Installation.Repository, "artifacts/bin/LastWords/release/last-words");

    /// <summary>Runs the application to its end, with the gateway as its last argument.</summary>
    private static async Task<(Installation Here, CommandResult Ended)> ExecAsync(params string[] command)
    {
        Commands.NeedShipper();
        var here = new Installation();
        await here.UpAsync("--no-shipper");
        return (here, await here.ShipperAsync([
            "exec", "--gateway", here.Gateway, "--data", Path.Combine(here.Folder, "exec"), "--name", "shop-exec", "--", .. command, here.Gateway]));
    }

    private static async Task<string> CrashAsync(Installation here)
    {
        var text = "";
        await Eventually.Holds(
            async () =>
            {
                using var answer = await here.GetAsync("/api/v1/crashes");
                var crashes = answer.RootElement.GetProperty("crashes");
                text = crashes.GetRawText();
                return crashes.GetArrayLength() == 1;
            },
            "one crash is known");
        return text;
    }
}
