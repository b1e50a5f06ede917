using Telemetry.Tests.Support.Servers;

namespace Telemetry.EndToEnd.Tests;

/// <summary>`fields.yaml` with the real binaries, on both stores.</summary>
[Trait("Category", "heavy")]
public sealed class FieldsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AttributesAreSearchedByTheirTypesAndAConflictLosesNothing(bool isElasticsearch)
    {
        Commands.NeedShipper();
        var reason = "";
        Assert.SkipWhen(isElasticsearch && !ElasticsearchServer.Available(out reason), reason);
        await using var elastic = isElasticsearch ? await ElasticsearchServer.StartAsync() : null;
        await using var here = new Installation();
        string[] store = elastic is null ? [] : ["--store", elastic.Url];
        var (log, fields) = (Path.Combine(here.Folder, "app.log"), Path.Combine(here.Folder, "fields.yaml"));
        string[] args = ["--watch", log, "--fields", fields, .. store];

        // As labels first, then as fields, without a new index or partition.
        await File.WriteAllTextAsync(log, "{\"message\":\"one\",\"order\":{\"total\":101.5}}\n");
        await File.WriteAllTextAsync(fields, "fields: {}\n");
        await using (await here.UpAsync(args))
        {
            await FoundAsync(here, "labels.order.total > 100");
        }

        await File.WriteAllTextAsync(fields, "fields:\n  order.total: { type: double }\n");
        await using (await here.UpAsync(args))
        {
            await File.AppendAllTextAsync(log, "{\"message\":\"two\",\"order\":{\"total\":1001}}\n{\"message\":\"three\",\"order\":{\"total\":\"much\"}}\n");
            await FoundAsync(here, "order.total > 100");
            await FoundAsync(here, "labels.order.total : much");
            Assert.Equal(0, await here.CountAsync("order.total > 1001"));

            // Whoever searches has no file.
            string[] at = elastic is null ? ["--url", here.Url] : store;
            var search = await here.TelemetryAsync(["search", "order.total >= 1001 and order.total < 1e4", "--json", .. at]);
            Assert.Contains("\"order\":{\"total\":1001}", Assert.Single(search.Lines), StringComparison.Ordinal);
            var refused = await here.TelemetryAsync(["search", "order.total > much", .. at]);
            Assert.Equal(2, refused.ExitCode);
        }

        await File.WriteAllTextAsync(fields, "fields:\n  order.total: { type: keyword }\n");
        await using (await here.UpAsync(args))
        {
            await File.AppendAllTextAsync(log, "{\"message\":\"four\",\"order\":{\"total\":1002}}\n");
            await Eventually.Holds(
                async () => (await File.ReadAllTextAsync(Path.Combine(here.Folder, "up.log"))).Contains("order.total is to be a keyword, but", StringComparison.Ordinal),
                "the log names the conflict", TimeSpan.FromSeconds(30));
            Assert.Equal(1, await here.CountAsync("order.total > 100"));
        }

        await File.WriteAllTextAsync(fields, "fields:\n  order.total: { type: double }\n");
        await using (await here.UpAsync(args))
        {
            await FoundAsync(here, "order.total : 1002");
            Assert.Equal(4, await here.CountAsync("message : one two three four"));
        }
    }

    private static Task FoundAsync(Installation here, string query) => Eventually.Holds(
        async () =>
        {
            try
            {
                return await here.CountAsync(query) == 1;
            }
            catch (HttpRequestException)
            {
                // An index that comes into being just now answers nothing.
                return false;
            }
        },
        $"{query} finds one", TimeSpan.FromSeconds(60));
}
