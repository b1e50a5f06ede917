using System.Text;
using Microsoft.Data.Sqlite;

namespace Telemetry.Query.Tests;

public sealed class TextAnalyzerTests
{
    [Theory]
    [InlineData("Connection refused: 10.0.0.1:5432", "connection refused 10 0 0 1 5432")]
    [InlineData("", "")]
    [InlineData("--- !!", "")]
    [InlineData("a_b-c", "a b c")]
    [InlineData("Größe ÜBER straße", "größe über straße")]
    [InlineData("日本語 テスト", "日本語 テスト")]
    public void TextIsCutIntoLowerCaseWords(string text, string words) =>
        Assert.Equal(words, string.Join(' ', Some.Words(text).Select(w => Encoding.UTF8.GetString(Convert.FromHexString(w)))));

    [Fact]
    public void EachCodePointIsTreatedAsSqliteTreatsIt()
    {
        // Alone, and within a word. The planes without characters are sampled.
        List<byte[]> documents = [];
        var text = new StringBuilder();
        for (var code = 1; code < 0x110000; code += code is < 0x20000 or (> 0xDFF00 and < 0xE1000) ? 1 : 97)
        {
            if (Rune.IsValid(code))
            {
                text.Append(new Rune(code)).Append(" A").Append(new Rune(code)).Append("B ");
            }

            if (text.Length > 2000)
            {
                documents.Add(Encoding.UTF8.GetBytes(text.ToString()));
                text.Clear();
            }
        }

        AssertSameAsSqlite(documents);
    }

    [Fact]
    public void MalformedUtf8IsTreatedAsSqliteTreatsIt()
    {
        var random = new Random(3);
        byte[] alphabet = [0x20, 0x41, 0x7A, 0x80, 0xAA, 0xBF, 0xC3, 0xC0, 0xE2, 0x82, 0xAC, 0xED, 0xA0, 0xF0, 0x9F, 0x98, 0xF8, 0xFE, 0xFF, 0xCC, 0x81, 0x35];
        AssertSameAsSqlite([.. Enumerable.Range(0, 5_000).Select(_ => random.GetItems(alphabet, random.Next(1, 24)))]);
    }

    [Fact]
    public void ReadingAsciiDoesNotAllocate()
    {
        var text = "GET /cart 200 in 12 ms from 10.0.0.1 by Mozilla"u8.ToArray();
        Count(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var words = Count(text);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(13, words);
    }

    private static int Count(byte[] text)
    {
        var words = 0;
        foreach (var word in TextAnalyzer.Words(text))
        {
            words += word.IsEmpty ? 0 : 1;
        }

        return words;
    }

    private static void AssertSameAsSqlite(List<byte[]> documents)
    {
        using var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        Execute(database, "create virtual table t using fts5(text, content='', tokenize='unicode61 remove_diacritics 0')");
        Execute(database, "create virtual table v using fts5vocab(t, instance)");
        using (var transaction = database.BeginTransaction())
        {
            using var insert = database.CreateCommand();
            insert.CommandText = "insert into t(rowid, text) values ($id, cast($text as text))";
            var id = insert.Parameters.Add("$id", SqliteType.Integer);
            var text = insert.Parameters.Add("$text", SqliteType.Blob);
            for (var i = 0; i < documents.Count; i++)
            {
                (id.Value, text.Value) = (i, documents[i]);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        var expected = documents.Select(_ => new SortedDictionary<long, string>()).ToList();
        using var select = database.CreateCommand();
        select.CommandText = "select doc, offset, hex(term) from v";
        using var rows = select.ExecuteReader();
        while (rows.Read())
        {
            expected[rows.GetInt32(0)].Add(rows.GetInt64(1), rows.GetString(2));
        }

        for (var i = 0; i < documents.Count; i++)
        {
            var words = Some.Words(documents[i]);
            Assert.True(expected[i].Values.SequenceEqual(words), $"document {i}: {Convert.ToHexString(documents[i])}\n"
                + $"SQLite {string.Join(' ', expected[i].Values)}\nours   {string.Join(' ', words)}");
        }
    }

    private static void Execute(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
