using System.Text;
using Telemetry.Query;
using Telemetry.Store;
using Telemetry.Wire;

namespace Telemetry.Indexer.Tests.Fakes;

/// <summary>Documents in memory with the contract of a writer: what is not committed when it is disposed is gone.</summary>
internal sealed class MemoryStore
{
    private readonly Lock _gate = new();
    private readonly List<MemoryDocument> _documents = [];
    private long _applied;

    /// <summary>Called at the start of a commit; may throw.</summary>
    public Action<int> OnCommit { get; set; } = _ => { };

    /// <summary>Commits wait for it.</summary>
    public Task BeforeCommit { get; set; } = Task.CompletedTask;

    /// <summary>Documents that are refused for good.</summary>
    public Func<MemoryDocument, bool> Refuses { get; set; } = _ => false;

    public int Commits { get; private set; }

    /// <summary>Documents written, committed or not.</summary>
    public int Written { get; private set; }

    public IReadOnlyList<MemoryDocument> Documents
    {
        get
        {
            lock (_gate)
            {
                return [.. _documents];
            }
        }
    }

    public IDocumentWriter Open() => new Writer(this);

    private sealed class Writer(MemoryStore store) : IDocumentWriter
    {
        private List<(MemoryDocument Document, long Position)> _pending = [];
        private long _last = -1;

        public long AppliedPosition => store._applied;

        public long PendingBytes => _pending.Count * 100L;

        public bool Begin(long position, long busUnixUs)
        {
            Assert.True(position > _last, "positions ascend");
            _last = position;
            return position >= store._applied;
        }

        public void Rest(long busUnixUs)
        {
        }

        public void Write(Document document)
        {
            _pending.Add((MemoryDocument.From(document), _last));
            store.Written++;
        }

        public string Mark => "";

        public ValueTask WaitForRoomAsync(CancellationToken cancel) => ValueTask.CompletedTask;

        public async ValueTask<IReadOnlyList<RefusedDocument>> CommitAsync(long next, CancellationToken cancel)
        {
            store.OnCommit(++store.Commits);
            var documents = _pending;
            _pending = [];
            await store.BeforeCommit;
            lock (store._gate)
            {
                store._documents.AddRange(documents.Where(d => !store.Refuses(d.Document)).Select(d => d.Document));
                store._applied = Math.Max(store._applied, next);
            }

            return
            [
                .. documents.Where(d => store.Refuses(d.Document)).Select(d => new RefusedDocument(
                    d.Document.Id, d.Document.Record, Some.Minted, d.Position, "The document is not liked.",
                    Encoding.UTF8.GetBytes(d.Document["message"] ?? ""))),
            ];
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>A copy of a document: values as text, several joined by '|'.</summary>
internal sealed record MemoryDocument(DocumentId Id, RecordId Record, long TimestampUnixUs, IReadOnlyDictionary<string, string> Fields)
{
    public string? this[string name] => Fields.GetValueOrDefault(name);

    public static MemoryDocument From(Document document)
    {
        var fields = new Dictionary<string, string>();
        foreach (ref readonly var field in document.Fields)
        {
            var value = field.IsText ? Encoding.UTF8.GetString(document.Text(field))
                : field.Name.Type == FieldType.Double ? field.Double.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : field.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            fields[field.Name.Name] = fields.TryGetValue(field.Name.Name, out var first) ? $"{first}|{value}" : value;
        }

        return new MemoryDocument(document.Id, document.Record, document.TimestampUnixUs, fields);
    }
}
