using System.Text;
using System.Text.Json.Nodes;
using Telemetry.Query;
using Telemetry.Store.Elasticsearch;

namespace Telemetry.Store.Tests.Elasticsearch;

/// <summary>The analyzer of a real Elasticsearch beside ours.</summary>
[Trait("Category", "heavy")]
public sealed class StandardAnalyzerTests(RealElasticsearch real) : IClassFixture<RealElasticsearch>
{
    private const string Separators = " ,.;:'\"-/\\()[]{}<>|+*=&%$#@!?~^`\t\n";

    [Fact]
    public async Task CutsWhatNeedsNoWordsAsWeDo()
    {
        var random = new Random(7);
        var compared = 0;
        for (var i = 0; i < 1500; i++)
        {
            var text = i == 0 ? string.Concat(Enumerable.Range(0, 128).Select(c => $"{(char)c} x9 {(char)c}")).Replace('_', ' ') : Random(random);
            if (ElasticWords.AreNeeded(Encoding.UTF8.GetBytes(text)))
            {
                continue;
            }

            var ours = new List<string>();
            foreach (var word in TextAnalyzer.Words(Encoding.UTF8.GetBytes(text)))
            {
                ours.Add(Encoding.UTF8.GetString(word));
            }

            var answer = await real.SendAsync(HttpMethod.Post, "/_analyze", new JsonObject { ["analyzer"] = "standard", ["text"] = text });
            var tokens = answer["tokens"]!.AsArray();
            Assert.Equal(ours, tokens.Select(token => (string)token!["token"]!));
            Assert.Equal(Enumerable.Range(0, ours.Count), tokens.Select(token => (int)token!["position"]!));
            compared++;
        }

        Assert.InRange(compared, 300, 1500);
    }

    private static string Random(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(12); i >= 0; i--)
        {
            text.Append(random.Next(20) == 0 ? new string('a', random.Next(240, 258)) : random.Next(1 << 20).ToString("x", null));
            for (var j = random.Next(2); j >= 0; j--)
            {
                text.Append(random.Next(3) > 0 ? ' ' : Separators[random.Next(Separators.Length)]);
            }
        }

        return text.ToString();
    }
}
