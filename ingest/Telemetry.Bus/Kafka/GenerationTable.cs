using Telemetry.Wire;

namespace Telemetry.Bus.Kafka;

/// <summary>Partitions of each lane's generations; a generation counts once all of its topics are there. Immutable.</summary>
internal sealed class GenerationTable
{
    private readonly Dictionary<(Lane Lane, int Generation), int> _partitions = [];

    /// <summary>Reads the table from the topics of a cluster.</summary>
    public GenerationTable(TopicNames names, IReadOnlyDictionary<string, int> partitionsOf)
    {
        for (var generation = 1; IsWhole(names, partitionsOf, generation); generation++)
        {
            foreach (var lane in Lanes)
            {
                _partitions[(lane, generation)] = partitionsOf[names.Data(lane, generation)];
            }

            Newest = generation;
        }
    }

    public static IReadOnlyList<Lane> Lanes { get; } = [Lane.Critical, Lane.Bulk];

    /// <summary>Where lifetimes not seen before go; 0 when there is no topic yet.</summary>
    public int Newest { get; }

    /// <summary>How many partitions; 0 when the generation is not there.</summary>
    public int Partitions(Lane lane, int generation) => _partitions.GetValueOrDefault((lane, generation));

    private static bool IsWhole(TopicNames names, IReadOnlyDictionary<string, int> partitionsOf, int generation) =>
        Lanes.All(l => partitionsOf.ContainsKey(names.Data(l, generation)) && partitionsOf.ContainsKey(names.State(l, generation)));
}
