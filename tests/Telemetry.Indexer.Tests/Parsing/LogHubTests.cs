using System.Text;
using Telemetry.Indexer.Parsing;
using Telemetry.Store;
using Telemetry.Tests.Support;

namespace Telemetry.Indexer.Tests.Parsing;

/// <summary>Real lines, https://github.com/logpai/loghub, when they are there.</summary>
public class LogHubTests
{
    /// <summary>File, share of lines with a level (0 where the format has none), share whose message is the content that people marked.</summary>
    [Theory]
    [InlineData("Android", 0.99, 0.97)]
    [InlineData("Apache", 0.99, 0.99)]
    [InlineData("BGL", 0.99, 0.97)]
    [InlineData("HDFS", 0.99, 0.99)]
    [InlineData("Linux", 0, 0.95)]
    [InlineData("OpenSSH", 0, 0.98)]
    [InlineData("Windows", 0.99, 0.97)]
    [InlineData("Zookeeper", 0.99, 0.97)]
    public void NearlyEveryLineHasItsTimeAndLevel(string name, double levels, double contents)
    {
        var folder = Folder();
        Assert.SkipWhen(folder is null, "../shared/data/loghub is not here");
        var lines = File.ReadAllBytes(Path.Combine(folder!, name + "_2k.log")).AsSpan();
        var marked = Csv.Column(File.ReadAllText(Path.Combine(folder!, name + "_2k.log_structured.csv")), "Content");
        var parser = new LineParser(new LabelNames());
        var document = new Document();
        var context = new LineContext(ZoneClock.Utc, Some.Minted, true);
        var (count, timed, levelled, sameContent) = (0, 0, 0, 0);
        var missed = new List<string>();
        foreach (var range in lines.Split((byte)'\n'))
        {
            var line = lines[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            document.Reset(new Wire.RecordId(Some.Lifetime, Some.File, Some.Epoch, (ulong)count), Some.Minted);
            parser.Parse(line, context, document);
            timed += document.TimestampUnixUs != Some.Minted ? 1 : 0;
            levelled += document.TryGet(Fields.LogLevel, out _) ? 1 : 0;
            document.TryGet(Fields.Message, out var message);
            var same = Encoding.UTF8.GetString(document.Text(message)).Trim() == marked[count].Trim();
            sameContent += same ? 1 : 0;
            if (!same && missed.Count < 5)
            {
                missed.Add($"{Encoding.UTF8.GetString(line)}\n  -> {Encoding.UTF8.GetString(document.Text(message))}\n  not {marked[count]}");
            }

            count++;
        }

        var summary = $"{name}: {timed}/{count} times, {levelled} levels, {sameContent} contents\n{string.Join('\n', missed)}";
        Assert.True(timed >= 0.99 * count, summary);
        Assert.True(levelled >= levels * count, summary);
        Assert.True(sameContent >= contents * count, summary);
    }

    private static string? Folder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "shared", "data", "loghub");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }

    private static class Csv
    {
        public static List<string> Column(string text, string name)
        {
            var rows = Rows(text);
            var column = rows[0].IndexOf(name);
            return [.. rows.Skip(1).Select(r => r[column])];
        }

        private static List<List<string>> Rows(string text)
        {
            var rows = new List<List<string>>();
            var row = new List<string>();
            var cell = new StringBuilder();
            var quoted = false;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                {
                    cell.Append(text[++i]);
                }
                else if (c == '"')
                {
                    quoted = !quoted;
                }
                else if (!quoted && c is ',' or '\n')
                {
                    row.Add(cell.ToString());
                    cell.Clear();
                    if (c == '\n')
                    {
                        rows.Add(row);
                        row = [];
                    }
                }
                else if (quoted || c != '\r')
                {
                    cell.Append(c);
                }
            }

            return rows;
        }
    }
}
