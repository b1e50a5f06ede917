using Spectre.Console;

namespace Telemetry.Cli.Rendering;

/// <summary>Tables without frames: they are read by people and cut by awk.</summary>
internal static class Tables
{
    public static Table Create(params IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column.ToUpperInvariant(), new Style(decoration: Decoration.Dim)))
            {
                Padding = new Padding(0, 0, 2, 0),
                NoWrap = true,
            });
        }

        return table;
    }

    /// <summary>Renders to text without trailing blanks; coloured only when the context allows it.</summary>
    public static string Render(Table table, CliContext context)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = context.Color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = context.Color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = context.Color ? context.Width : 100_000;
        console.Write(table);
        return string.Join('\n', text.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd()));
    }
}
