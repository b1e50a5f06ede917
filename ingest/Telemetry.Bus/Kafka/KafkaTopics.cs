using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Telemetry.Bus.Kafka;

/// <summary>
/// Creates the topics of a bus, or checks them. Several processes may do so at once: what another has created meanwhile is
/// checked like any other. Safe for concurrent use.
/// </summary>
public sealed class KafkaTopics : IDisposable
{
    private static readonly TimeSpan _request = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _visible = TimeSpan.FromSeconds(30);

    private readonly KafkaOptions _options;
    private readonly TimeProvider _time;
    private readonly IAdminClient _admin;
    private volatile string _refusal = "";

    /// <summary>Connects to nothing yet.</summary>
    public KafkaTopics(KafkaOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _options = options;
        _time = time;
        Names = new TopicNames(options.Prefix);
        _admin = new KafkaClients(options).Admin(Note);
    }

    /// <summary>
    /// Told why the brokers do not let us in: a wrong password, a certificate of another authority. Requests only wait then. Any thread.
    /// </summary>
    public Action<string>? OnRefused { get; init; }

    internal TopicNames Names { get; }

    internal IAdminClient Admin => _admin;

    /// <summary>
    /// Creates what is absent and checks what is there. Returns a sentence for each thing that is allowed but weaker than
    /// "survives the loss of a machine".
    /// </summary>
    /// <exception cref="KafkaTopicsException">The topics do not fit the promise.</exception>
    /// <exception cref="IOException">The brokers cannot be reached.</exception>
    public async Task<IReadOnlyList<string>> EnsureAsync(CancellationToken cancel)
    {
        var cluster = await ReadAsync(cancel);
        var plans = Plan(cluster);
        if (!cluster.ContainsKey(Names.Routes) && new GenerationTable(Names, Counts(cluster)).Newest > 1)
        {
            // Made anew it would let lifetimes of an old generation begin again in the newest.
            throw new KafkaTopicsException([$"Topic {Names.Routes} is missing, and only it knows which generation a lifetime is in."]);
        }

        await CreateAsync([.. plans.Where(p => !cluster.ContainsKey(p.Name))], cancel);
        return await CheckAsync(plans, cancel);
    }

    /// <summary>
    /// Adds a generation of topics for lifetimes that are new from now on; those there are stay where they are. Returns its number.
    /// </summary>
    /// <param name="partitions">Partitions of each lane in the new generation, 1 to 1024.</param>
    /// <param name="cancel">Gives up; calling again goes on.</param>
    /// <exception cref="KafkaTopicsException">The topics do not fit the promise, or another grew them otherwise at the same time.</exception>
    /// <exception cref="IOException">The brokers cannot be reached.</exception>
    public async Task<int> GrowAsync(int partitions, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitions, 1024);
        await EnsureAsync(cancel);
        var generation = (await ReadGenerationsAsync(cancel)).Newest + 1;
        var plans = Generation(generation, _ => partitions);
        await CreateAsync(plans, cancel);
        await CheckAsync(plans, cancel);
        return generation;
    }

    /// <inheritdoc/>
    public void Dispose() => _admin.Dispose();

    internal async Task<GenerationTable> ReadGenerationsAsync(CancellationToken cancel) =>
        new(Names, Counts(await ReadAsync(cancel)));

    /// <summary>The topics that are there and what is wrong with them or missing; changes nothing.</summary>
    internal async Task<(IReadOnlyList<TopicState> States, IReadOnlyList<string> Problems)> InspectAsync(CancellationToken cancel)
    {
        var cluster = await ReadAsync(cancel);
        var plans = Plan(cluster);
        var there = plans.Where(p => cluster.ContainsKey(p.Name)).ToList();
        var states = there.Count == 0 ? [] : await DescribeAsync([.. there.Select(p => p.Name)], cancel);
        return (states,
        [
            .. plans.Except(there).Select(p => $"Topic {p.Name} is missing."),
            .. there.SelectMany(p => TopicCheck.FindProblems(p, states.First(s => s.Name == p.Name), _options)),
        ]);
    }

    private static Dictionary<string, int> Counts(Dictionary<string, TopicMetadata> cluster) =>
        cluster.ToDictionary(t => t.Key, t => t.Value.Partitions.Count, StringComparer.Ordinal);

    /// <summary>The plan of all generations there are, whole or begun; of the first one when there is none.</summary>
    private List<TopicPlan> Plan(Dictionary<string, TopicMetadata> cluster)
    {
        var newest = 1;
        foreach (var topic in cluster.Keys)
        {
            foreach (var lane in GenerationTable.Lanes)
            {
                newest = Names.TryGetGeneration(topic, lane, out var generation) ? Math.Max(newest, generation) : newest;
            }
        }

        List<TopicPlan> plans = [new(Names.Routes, TopicKind.Routes, 1), new(Names.DeadLetters, TopicKind.DeadLetters, 1)];
        for (var generation = 1; generation <= newest; generation++)
        {
            // The state topic is created first: what it has is what the generation was meant to have.
            var number = generation;
            plans.AddRange(Generation(number, lane => GenerationTable.Lanes.Prepend(lane)
                .Select(l => cluster.GetValueOrDefault(Names.State(l, number))?.Partitions.Count ?? 0)
                .FirstOrDefault(count => count > 0, _options.Partitions)));
        }

        return plans;
    }

    private List<TopicPlan> Generation(int generation, Func<Wire.Lane, int> partitions) =>
    [
        .. GenerationTable.Lanes.Select(l => new TopicPlan(Names.State(l, generation), TopicKind.State, partitions(l))),
        .. GenerationTable.Lanes.Select(l => new TopicPlan(Names.Data(l, generation), TopicKind.Data, partitions(l))),
    ];

    private async Task CreateAsync(IReadOnlyList<TopicPlan> plans, CancellationToken cancel)
    {
        // Data last: whoever sees it finds all it needs.
        foreach (var step in plans.GroupBy(p => p.Kind == TopicKind.Data).OrderBy(g => g.Key))
        {
            try
            {
                await _admin.CreateTopicsAsync(
                    step.Select(p => p.Specification(_options)),
                    new CreateTopicsOptions { RequestTimeout = _request, OperationTimeout = _request }).WaitAsync(cancel);
            }
            catch (CreateTopicsException e)
            {
                var problems = e.Results
                    .Where(r => r.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
                    .Select(r => Explain(r.Topic, r.Error)).Distinct().ToList();
                if (problems.Count > 0)
                {
                    throw new KafkaTopicsException(problems);
                }
            }
            catch (KafkaException e)
            {
                throw Unreachable(e);
            }
        }

        await WaitUntilVisibleAsync(plans, cancel);
    }

    private string Explain(string topic, Error error) => error.Code == ErrorCode.InvalidReplicationFactor
        ? $"There are fewer brokers than replication={_options.Replication}. On one machine say "
            + "replication=1&min_isr=1&flush=true: then an acknowledgement survives the machine's crash but not its disk."
        : $"Topic {topic} could not be created: {error.Reason}.";

    private async Task WaitUntilVisibleAsync(IReadOnlyList<TopicPlan> plans, CancellationToken cancel)
    {
        var begun = _time.GetTimestamp();
        while (true)
        {
            var cluster = await ReadAsync(cancel);
            var missing = plans.FirstOrDefault(p => !cluster.TryGetValue(p.Name, out var t) || t.Partitions.Any(q => q.Leader < 0));
            if (missing is null)
            {
                return;
            }

            if (_time.GetElapsedTime(begun) > _visible)
            {
                throw new IOException($"Topic {missing.Name} has no leader for all of its partitions.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, cancel);
        }
    }

    private async Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<TopicPlan> plans, CancellationToken cancel)
    {
        var states = await DescribeAsync([.. plans.Select(p => p.Name)], cancel);
        var problems = plans.SelectMany(p => TopicCheck.FindProblems(p, states.First(s => s.Name == p.Name), _options)).ToList();
        return problems.Count > 0
            ? throw new KafkaTopicsException(problems)
            : [.. TopicCheck.FindWeaknesses(states)];
    }

    private async Task<IReadOnlyList<TopicState>> DescribeAsync(IReadOnlyList<string> topics, CancellationToken cancel)
    {
        var cluster = await ReadAsync(cancel);
        try
        {
            var described = await _admin.DescribeConfigsAsync(
                topics.Select(t => new ConfigResource { Name = t, Type = ResourceType.Topic }),
                new DescribeConfigsOptions { RequestTimeout = _request }).WaitAsync(cancel);
            return
            [
                .. described.Select(d => new TopicState(
                    d.ConfigResource.Name,
                    cluster[d.ConfigResource.Name].Partitions.Count,
                    cluster[d.ConfigResource.Name].Partitions.Min(p => p.Replicas.Length),
                    d.Entries.ToDictionary(e => e.Key, e => e.Value.Value ?? "", StringComparer.Ordinal))),
            ];
        }
        catch (KafkaException e)
        {
            throw Unreachable(e);
        }
    }

    private async Task<Dictionary<string, TopicMetadata>> ReadAsync(CancellationToken cancel)
    {
        try
        {
            var metadata = await Task.Run(() => _admin.GetMetadata(_request), cancel).WaitAsync(cancel);
            _refusal = "";
            return metadata.Topics
                .Where(t => t.Topic.StartsWith(_options.Prefix, StringComparison.Ordinal) && !t.Error.IsError)
                .ToDictionary(t => t.Topic, StringComparer.Ordinal);
        }
        catch (KafkaException e)
        {
            throw Unreachable(e);
        }
    }

    private IOException Unreachable(KafkaException e) =>
        new(_refusal.Length > 0 ? _refusal : $"Kafka at {_options.Brokers} cannot be asked: {e.Error.Reason}.", e);

    private void Note(Error error)
    {
        if (error.Code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl)
        {
            _refusal = $"Kafka at {_options.Brokers} does not let us in: {error.Reason}.";
            OnRefused?.Invoke(_refusal);
        }
    }
}
