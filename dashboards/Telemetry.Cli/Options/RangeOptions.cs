using System.CommandLine;
using System.Globalization;

namespace Telemetry.Cli.Options;

/// <summary><c>--since</c>, <c>--until</c> and <c>--limit</c> of lists; the server reads the times.</summary>
internal sealed class RangeOptions
{
    private readonly Option<string> _since = new("--since")
    {
        HelpName = "TIME", Description = "Oldest time: 1h, 2026-11-22T11:00Z. [default: everything]",
    };

    private readonly Option<string> _until = new("--until")
    {
        HelpName = "TIME", Description = "First time not wanted. [default: now]",
    };

    private readonly Option<int> _limit = new("--limit")
    {
        HelpName = "N", Description = "Most rows printed.", DefaultValueFactory = _ => 100,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_since);
        command.Options.Add(_until);
        command.Options.Add(_limit);
    }

    /// <summary>The query part of a URL.</summary>
    public string Of(ParseResult parsed) => string.Create(
        CultureInfo.InvariantCulture,
        $"?limit={parsed.GetValue(_limit)}{Part("since", parsed.GetValue(_since))}{Part("until", parsed.GetValue(_until))}");

    private static string Part(string name, string? value) =>
        value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
