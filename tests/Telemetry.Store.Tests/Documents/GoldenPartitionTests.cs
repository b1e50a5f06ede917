using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Telemetry.Store.Sqlite.Documents;

namespace Telemetry.Store.Tests.Documents;

/// <summary>Partitions of every version of the format stay readable.</summary>
public sealed class GoldenPartitionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task PartitionOfEachVersionIsReadAndWrittenOn(int version)
    {
        foreach (var file in Directory.GetFiles(Golden(version), "docs-*.db"))
        {
            File.Copy(file, _directory[Path.GetFileName(file)]);
        }

        await using (var writer = Some.Writer(_directory.Path))
        {
            Assert.Empty(writer.SetAside);
            Assert.Equal(5000, writer.AppliedPosition);
            writer.Begin(5000, Some.TimeUnixUs);
            writer.Write(Some.Document(5000, "one more"));
            await writer.CommitAsync(5001, default);
        }

        Assert.Single(Directory.GetFiles(_directory.Path, "docs-*.db"));
        using var reader = Some.Reader(_directory.Path);
        Assert.Equal(5001, (await reader.SearchAsync(new SearchRequest(Some.Query("")), default)).Total);
        Assert.Equal(50, (await reader.SearchAsync(new SearchRequest(Some.Query("\"connection refused\"")), default)).Total);
        var found = await reader.SearchAsync(new SearchRequest(Some.Query("trace.id : 0000004f and labels.user : u-9")), default);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            Assert.Single(found.Hits).WriteTo(json);
        }

        Approved.Matches("golden-document.json", Encoding.UTF8.GetString(text.ToArray()) + "\n");
    }

    /// <summary>Writes the file of the present version; run by name when a new version of the format begins.</summary>
    [Fact(Explicit = true)]
    public async Task WriteGoldenPartition()
    {
        var folder = Golden(PartitionSchema.Version);
        Directory.CreateDirectory(folder);
        var names = new LabelNames();
        await using var writer = Some.Writer(folder);
        for (var i = 0; i < 5000; i++)
        {
            var document = Some.Document((ulong)i, i % 100 == 0 ? $"Connection refused by 10.0.0.{i % 250}" : $"request {i} done", i % 10 == 0 ? "error" : "info");
            document.Set(Fields.TraceId, i.ToString("x8", null));
            document.Set(Fields.Tags, "a");
            document.Set(Fields.Tags, $"t{i % 3}");
            document.Set(Fields.CrashCoreDumped, (long)(i % 2));
            document.Set(Fields.EventCreated, Some.TimeUnixUs + i);
            names.TryGet("user"u8, out var user);
            document.Set(user, $"u-{i % 10}");
            writer.Begin(i, Some.TimeUnixUs);
            writer.Write(document);
        }

        await writer.CommitAsync(5000, default);
    }

    private static string Golden(int version, [CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, $"../golden/v{version}/store");
}
