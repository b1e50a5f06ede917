using System.Text;

namespace Telemetry.EndToEnd.Tests;

/// <summary>Lines that no parser likes.</summary>
[Trait("Category", "heavy")]
public sealed class HostileLinesTests
{
    [Fact]
    public async Task EveryLineIsOneDocumentAndSteersNoTerminal()
    {
        Commands.NeedShipper();
        await using var here = new Installation();
        var file = Path.Combine(here.Folder, "hostile.log");
        byte[][] lines =
        [
            "first"u8.ToArray(),
            [.. "invalid utf-8: "u8, 0xff, 0xfe, 0xc0, 0x80],
            "nul: \0 inside"u8.ToArray(),
            "ansi: \e[31mred\e[0m \e]0;title\a"u8.ToArray(),
            ""u8.ToArray(),
            "carriage return\r"u8.ToArray(),
            "line separator: \u2028 inside"u8.ToArray(),
            "markup: <script>alert(1)</script>"u8.ToArray(),
            "{\"message\":\"unfinished"u8.ToArray(),
            Encoding.ASCII.GetBytes("long: " + new string('x', 10 << 20)),
            "last, without an end"u8.ToArray(),
        ];
        await File.WriteAllBytesAsync(file, [.. lines.SelectMany((line, i) => i == lines.Length - 1 ? line : [.. line, (byte)'\n'])]);

        await using var up = await here.UpAsync("--watch", file);

        await Eventually.Holds(async () => await here.CountAsync("telemetry.lane : bulk") >= lines.Length, "every line is found", TimeSpan.FromSeconds(20));
        Assert.Equal(lines.Length, await here.CountAsync("telemetry.lane : bulk"));
        await Eventually.Holds(async () => await here.CountAsync("telemetry.loss.reason : *") == 1, "the rest of the long line is declared lost");
        var printed = await here.TelemetryAsync("search", "telemetry.lane : bulk", "--limit", "100");
        Assert.DoesNotContain(printed.Out, c => c is '\e' or '\0' or '\a' or '\r' or '\u2028');
        var json = await here.TelemetryAsync("search", "telemetry.lane : bulk", "--limit", "100", "--json");
        Assert.Equal(lines.Length, json.Lines.Length);
    }
}
