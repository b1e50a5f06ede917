using System.Text;
using System.Text.RegularExpressions;
using Telemetry.Query;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

public sealed partial class ChunkFormatTests
{
    private static readonly FieldName Keyword = new("k", FieldType.Keyword);

    [Fact]
    public void ExampleInTheFormatIsWhatIsWritten()
    {
        var builder = new TextColumnBuilder(Keyword);
        string[] levels = ["info", "warn", "info", "info"];
        for (var i = 0; i < levels.Length; i++)
        {
            builder.Add(i, Encoding.UTF8.GetBytes(levels[i]));
        }

        var encoder = new ChunkEncoder { IsFinal = true };
        Assert.True(builder.Encode(0, 4, encoder));
        var example = Example("ChunkFormat.cs");
        Assert.Equal(Convert.ToHexString(example), Convert.ToHexString(encoder.Output.Written));
        var column = new Column();
        column.Load(example, 4);
        Assert.Equal(levels, Enumerable.Range(0, 4).Select(i => Encoding.UTF8.GetString(column.Text(i))));
    }

    [Fact]
    public void TermExampleInTheFormatIsWhatIsWritten()
    {
        var builder = new SearchedColumnBuilder(new FieldName("t", FieldType.Text));
        builder.Add(0, "disk full"u8);
        builder.Add(1, "Full"u8);
        var terms = new TermEncoder();
        Assert.True(builder.CollectTerms(0, 2, terms));
        var sink = new Sink();
        terms.Write(sink);
        Assert.Equal(Convert.ToHexString(Example("TermFormat.cs")), Assert.Single(sink.Parts));
    }

    [Fact]
    public void ColumnsComeBackForAnyRangeOfDocuments()
    {
        var random = new Random(3);
        for (var round = 0; round < 150; round++)
        {
            var isText = random.Next(2) == 0;
            var distinct = random.Next(3) switch { 0 => 1, 1 => 20, _ => 100_000 };
            var most = random.Next(1, 4);
            var count = random.Next(1, 2000);
            var column = isText ? (ColumnBuilder)new TextColumnBuilder(Keyword) : new NumberColumnBuilder(new FieldName("n", FieldType.Long));
            var expected = Fill(column, random, count, distinct, most, random.Next(3));
            var from = random.Next(count);
            var to = random.Next(from, count) + 1;
            var encoder = new ChunkEncoder { IsFinal = random.Next(2) == 0 };
            if (!column.Encode(from, to, encoder))
            {
                Assert.All(expected[from..to], Assert.Empty);
                continue;
            }

            var read = new Column();
            read.Load(encoder.Output.Written, to - from);
            for (var document = from; document < to; document++)
            {
                var (first, n) = read.ValuesOf(document - from);
                Assert.Equal(
                    expected[document],
                    Enumerable.Range(first, n).Select(i => isText ? Encoding.UTF8.GetString(read.Text(i)) : read.Numbers()[i].ToString(null, null)));
            }
        }
    }

    [Fact]
    public void DamagedChunksAreToldAndNeverCrash()
    {
        var random = new Random(5);
        var column = new Column();
        for (var round = 0; round < 1500; round++)
        {
            var builder = random.Next(2) == 0 ? (ColumnBuilder)new TextColumnBuilder(Keyword) : new NumberColumnBuilder(new FieldName("n", FieldType.Long));
            var count = random.Next(1, 60);
            Fill(builder, random, count, random.Next(1, 50), 2, 1);
            var encoder = new ChunkEncoder { IsFinal = true };
            if (!builder.Encode(0, count, encoder))
            {
                continue;
            }

            var bytes = encoder.Output.Written.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                column.Load(bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length), count);
                for (var document = 0; document < count; document++)
                {
                    var (first, n) = column.ValuesOf(document);
                    for (var i = first; i < first + n; i++)
                    {
                        _ = column.Kind == ChunkFormat.Numbers ? column.Numbers()[i] : column.Text(i).Length;
                    }
                }
            }
            catch (StoreException e)
            {
                Assert.True(e.IsDamage);
            }
        }
    }

    private static List<List<string>> Fill(ColumnBuilder column, Random random, int count, int distinct, int most, int density)
    {
        List<List<string>> expected = [];
        for (var document = 0; document < count; document++)
        {
            List<string> values = [];
            for (var n = density == 0 ? 1 : random.Next(most + 1); n > 0; n--)
            {
                long number = random.Next(4) == 0 && distinct > 1000 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(distinct);
                if (column is NumberColumnBuilder numbers)
                {
                    numbers.Add(document, number);
                    values.Add(number.ToString(null, null));
                }
                else
                {
                    var text = number % 7 == 0 ? "" : $"value {number}";
                    ((TextColumnBuilder)column).Add(document, Encoding.UTF8.GetBytes(text));
                    values.Add(text);
                }
            }

            expected.Add(values);
        }

        return expected;
    }

    private static byte[] Example(string file)
    {
        var source = File.ReadAllText(Path.Combine(
            Path.GetDirectoryName(SourceFile())!, "../../../ingest/Telemetry.Store/Sqlite/Documents", file));
        return Convert.FromHexString(Hex().Match(source).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal));
    }

    private static string SourceFile([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    [GeneratedRegex("<c>((?:[0-9A-F]{2} ?){8,})</c>")]
    private static partial Regex Hex();

    private sealed class Sink : ITermSink
    {
        public List<string> Parts { get; } = [];

        public void Put(int part, ReadOnlySpan<byte> bytes) => Parts.Add(Convert.ToHexString(bytes));
    }
}
