using Telemetry.Cli.Commands;

namespace Telemetry.Cli.Hosting;

/// <summary>What a newcomer has to know, printed once everything runs.</summary>
internal sealed class StartSummary(bool color)
{
    private const int LabelWidth = 11;

    private readonly List<(string Label, string Text)> _rows = [];

    /// <summary>Adds a line; an empty label continues the line above.</summary>
    public void Add(string label, string text) => _rows.Add((label, text));

    /// <summary>Adds several lines under one label.</summary>
    public void Add(string label, IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            Add(label, text);
            label = "";
        }
    }

    public async Task PrintAsync(TextWriter output)
    {
        await output.WriteLineAsync($"\n  {Bold("telemetry")} {VersionCommand.Current}\n");
        foreach (var (label, text) in _rows)
        {
            await output.WriteLineAsync(text.Length == 0 ? "" : $"  {Dim(label.PadRight(LabelWidth))}{text}");
        }

        await output.WriteLineAsync($"\n  {Dim("Ctrl-C stops everything; what was acknowledged is kept.")}\n");
        await output.FlushAsync();
    }

    private string Bold(string text) => color ? $"\e[1m{text}\e[0m" : text;

    private string Dim(string text) => color ? $"\e[2m{text}\e[0m" : text;
}
