namespace Telemetry.EndToEnd.Tests;

/// <summary>A live tail on the command line.</summary>
[Trait("Category", "heavy")]
public sealed class FollowTests
{
    [Fact]
    public async Task WhatIsThereComesFirst()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "line 1\nline 2\nline 3\n");
        await using var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("message : line") == 3, "the first lines are found");
        var output = Path.Combine(here.Folder, "follow.out");
        await using var follow = here.Start("follow", "/bin/sh", "-c",
            $"exec {Installation.Telemetry} search 'message : line' --follow --limit 2 --since 1h --url {here.Url} > {output}");
        await Eventually.Holds(async () => File.Exists(output) && (await File.ReadAllLinesAsync(output)).Length == 2, "two are printed");

        await File.AppendAllTextAsync(file, "line 4\nline 5\n");

        await Eventually.Holds(async () => (await File.ReadAllLinesAsync(output)).Length == 4, "those that arrive are printed");
        Assert.Equal(
            ["line 2", "line 3", "line 4", "line 5"],
            (await File.ReadAllLinesAsync(output)).Select(line => line[line.IndexOf("line ", StringComparison.Ordinal)..]));
    }

    [Fact]
    public async Task WhatArrivesIsPrintedAndABrokenPipeEndsItQuietly()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "app.log");
        await File.WriteAllTextAsync(file, "before\n");
        await using var up = await here.UpAsync("--watch", file);
        await Eventually.Holds(async () => await here.CountAsync("before") == 1, "the first line is found");
        var output = Path.Combine(here.Folder, "follow.out");
        await using var follow = here.Start("follow", "/bin/sh", "-c",
            $"{Installation.Telemetry} search 'message : ship*' --follow --limit 0 --url {here.Url} | head -n 2 > {output}; echo ended");

        // A tail begins when it is connected, so lines are written until it has seen two.
        var lines = 0;
        await Eventually.Holds(
            async () =>
            {
                await File.AppendAllTextAsync(file, $"ship {lines++}\nother\n");
                return follow.HasExited;
            },
            "two lines were followed",
            TimeSpan.FromSeconds(20));

        var printed = await File.ReadAllLinesAsync(output);
        Assert.Equal(2, printed.Length);
        Assert.All(printed, line => Assert.Contains("ship ", line));
        Assert.Equal("ended", (await File.ReadAllTextAsync(Path.Combine(here.Folder, "follow.log"))).Trim());
    }
}
