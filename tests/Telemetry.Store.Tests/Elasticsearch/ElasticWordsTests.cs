using System.Text;
using Telemetry.Query;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Store.Tests.Elasticsearch;

public sealed class ElasticWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" ... ", "")]
    [InlineData("Disk full: /dev/sda1", "disk full dev sda1")]
    [InlineData("ÄRGER in 日本, naïve_x 10.0.0.1", "ärger in 日本 naïve x 10 0 0 1")]
    public void WordsAreJoinedByASpace(string text, string expected) => Assert.Equal(expected, Words(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("", false)]
    [InlineData("Disk full on /dev/sda1: (order 17), done.", false)]
    [InlineData("read 10.0 MB", true)]
    [InlineData("a.b", true)]
    [InlineData("it's", true)]
    [InlineData("user_id", true)]
    [InlineData("._b", true)]
    [InlineData("naïve", true)]
    public void WordsAreNeededWhereTheStandardAnalyzerMayCutOtherwise(string text, bool expected) =>
        Assert.Equal(expected, ElasticWords.AreNeeded(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void LongWordsEndInAHashThatAQueryHasToo()
    {
        var word = new string('a', 199) + "é" + new string('b', 100);
        var words = Words(Encoding.UTF8.GetBytes($"x {word} y"));
        Assert.Equal($"x {ElasticWords.Term(word)} y", words);
        Assert.StartsWith(new string('a', 199), ElasticWords.Term(word), StringComparison.Ordinal);
        Assert.Equal(199 + 32, ElasticWords.Term(word).Length);
        Assert.Equal(new string('a', 199), ElasticWords.Beginning(word));
        Assert.NotEqual(ElasticWords.Term(word), ElasticWords.Term(word + "b"));
        Assert.Equal(new string('a', 255), ElasticWords.Term(new string('a', 255)));
    }

    [Fact]
    public void AnyBytesGiveTheirWordsAsUtf8WithoutEscapesInTheRoomReserved()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new byte[random.Next(40)];
            random.NextBytes(text);
            if (i % 2 == 0)
            {
                // Mostly continuation and lead bytes.
                for (var b = 0; b < text.Length; b++)
                {
                    text[b] |= (byte)(random.Next(4) == 0 ? 0 : 0x80);
                }
            }

            var expected = new List<string>();
            foreach (var word in TextAnalyzer.Words(text))
            {
                expected.Add(Encoding.UTF8.GetString(word));
            }

            var words = Words(text);
            Assert.Equal(string.Join(' ', expected), words);
            Assert.DoesNotContain(words, c => c is < ' ' or '"' or '\\');
            Assert.Equal(expected.Count, words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        }
    }

    private static string Words(byte[] text)
    {
        var to = new byte[ElasticWords.MaxBytes(text.Length)];
        var length = ElasticWords.Write(text, to);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(to, 0, length);
    }
}
