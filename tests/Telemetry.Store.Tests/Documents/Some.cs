using Telemetry.Query;
using Telemetry.Store.Sqlite.Documents;
using Telemetry.Wire;

namespace Telemetry.Store.Tests.Documents;

internal static class Some
{
    /// <summary>2026-11-22T11:00:00Z.</summary>
    public const long TimeUnixUs = 1_795_345_200_000_000;

    public static readonly LifetimeId Lifetime = LifetimeId.From("i-1", "boot-1");
    public static readonly StreamId Stream = StreamId.From(1, "web", "/var/log/web.log");
    public static readonly Epoch Epoch = new(0xABCD);
    public static readonly SqliteStoreOptions Options = new();

    public static RecordId Record(ulong seq) => new(Lifetime, Stream, Epoch, seq);

    public static Document Document(ulong seq, string message, string level = "info")
    {
        var document = new Document();
        document.Reset(Record(seq), TimeUnixUs + (long)seq * 1000);
        document.Set(Fields.EventOriginal, $"{level} {message}");
        document.Set(Fields.Message, message);
        document.Set(Fields.LogLevel, level);
        document.Set(Fields.ServiceName, "web");
        document.Set(Fields.EventSequence, (long)seq);
        return document;
    }

    public static KqlNode Query(string text) =>
        KqlParser.TryParse(text, out var node, out var error) ? node : throw new ArgumentException(error.ToString());

    public static SqliteDocumentWriter Writer(string directory, SqliteStoreOptions? options = null) =>
        SqliteDocumentWriter.Open(directory, options ?? Options, TimeProvider.System);

    public static SqliteDocumentReader Reader(params string[] directories) =>
        new(directories, new FakeTime(), fault => Assert.Fail(fault.ToString()));

    /// <summary>Writes documents of one entry each, from position 0, and commits once.</summary>
    public static async Task Store(string directory, IEnumerable<Document> documents)
    {
        await using var writer = Writer(directory);
        var position = writer.AppliedPosition;
        foreach (var document in documents)
        {
            Assert.True(writer.Begin(position++, TimeUnixUs));
            writer.Write(document);
        }

        await writer.CommitAsync(position, default);
    }
}
