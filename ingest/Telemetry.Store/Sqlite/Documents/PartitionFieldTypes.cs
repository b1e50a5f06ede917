using System.Collections.Concurrent;

namespace Telemetry.Store.Sqlite.Documents;

/// <summary>
/// The promoted fields that partitions hold, by their own tables of fields: the names in there that are neither known nor labels.
/// Those of a partition that gets no more documents are read once. Safe for concurrent use.
/// </summary>
internal sealed class PartitionFieldTypes(PartitionFiles files)
{
    private readonly ConcurrentDictionary<PartitionName, FieldName[]> _finished = new();

    /// <summary>Fields with the partition that holds them, newest partitions first.</summary>
    public List<(PartitionName Partition, FieldName Field)> Read()
    {
        List<(PartitionName, FieldName)> all = [];
        HashSet<int> lanes = [];
        var names = files.Newest();
        foreach (var gone in _finished.Keys.Except(names))
        {
            _finished.TryRemove(gone, out _);
        }

        var unread = files.Begin();
        foreach (var name in names)
        {
            var isFinished = !lanes.Add(name.Lane);
            if (!isFinished || !_finished.TryGetValue(name, out var fields))
            {
                fields = [];
                if (files.Read(name, unread, (partition, _) => fields = Promoted(partition)) && isFinished)
                {
                    _finished[name] = fields;
                }
            }

            all.AddRange(fields.Select(field => (name, field)));
        }

        return all;
    }

    private static FieldName[] Promoted(PartitionReader partition) =>
    [
        .. partition.Fields
            .Where(field => !field.IsSystem && !field.Name.StartsWith(Fields.LabelPrefix, StringComparison.Ordinal)
                && !Fields.TryGet(field.Name, out _))
            .Select(field => new FieldName(field.Name, field.Type)),
    ];
}
