namespace Telemetry.Bus.Kafka;

/// <summary>Compares a topic with its plan and with the promise. Pure.</summary>
internal static class TopicCheck
{
    /// <summary>What does not fit, a sentence each.</summary>
    public static IEnumerable<string> FindProblems(TopicPlan plan, TopicState state, KafkaOptions options)
    {
        if (state.Partitions != plan.Partitions)
        {
            yield return $"Topic {state.Name} has {state.Partitions} partitions, not {plan.Partitions}: their number never changes, "
                + "since a lifetime would move; more partitions come as a new generation.";
        }

        if (!Policies(state.Setting("cleanup.policy")).SetEquals(Policies(plan.CleanupPolicy)))
        {
            yield return $"Topic {state.Name} has cleanup.policy={state.Setting("cleanup.policy")}, not {plan.CleanupPolicy}.";
        }

        if (plan.Kind == TopicKind.Routes && (state.Number("retention.ms", 0) != -1 || state.Number("retention.bytes", 0) != -1))
        {
            yield return $"Topic {state.Name} has to be kept for ever: set retention.ms=-1 and retention.bytes=-1.";
        }

        if (state.Setting("message.timestamp.type") != "LogAppendTime")
        {
            yield return $"Topic {state.Name} has message.timestamp.type={state.Setting("message.timestamp.type")}, "
                + "not LogAppendTime: silence is judged in the broker's time.";
        }

        if (state.Number("max.message.bytes", 0) < KafkaClients.MaxMessageBytes)
        {
            yield return $"Topic {state.Name} has max.message.bytes={state.Setting("max.message.bytes")}: the largest batch needs "
                + $"{KafkaClients.MaxMessageBytes}.";
        }

        foreach (var problem in FindBrokenPromises(state, options))
        {
            yield return problem;
        }
    }

    /// <summary>What an acknowledgement does not survive, a sentence for all topics that are alike; empty when it survives a machine.</summary>
    public static IEnumerable<string> FindWeaknesses(IEnumerable<TopicState> states) => states
        .Where(IsWeak)
        .GroupBy(state => (state.Replication, state.MinInSync))
        .Select(alike => $"{Named([.. alike.Select(state => state.Name)])} replication {alike.Key.Replication}, "
            + $"min.insync.replicas={alike.Key.MinInSync} and no flush.messages=1: "
            + "what is acknowledged survives the broker's process but not its machine.");

    private static bool IsWeak(TopicState state) =>
        state is not ({ MinInSync: >= 2, Replication: >= 2 } or { FlushesEachMessage: true });

    private static string Named(IReadOnlyList<string> topics) =>
        topics.Count == 1 ? $"Topic {topics[0]} has" : $"Topics {string.Join(", ", topics)} have";

    private static IEnumerable<string> FindBrokenPromises(TopicState state, KafkaOptions options)
    {
        if (state.Replication < options.Replication)
        {
            yield return $"Topic {state.Name} has replication {state.Replication}, less than replication={options.Replication}.";
        }

        if (state.MinInSync < options.MinInSync)
        {
            yield return $"Topic {state.Name} has min.insync.replicas={state.MinInSync}, less than min_isr={options.MinInSync}: "
                + "an acknowledgement would mean less than was asked for.";
        }

        if (state.MinInSync > state.Replication)
        {
            yield return $"Topic {state.Name} has min.insync.replicas={state.MinInSync} and only {state.Replication} copies: "
                + "nothing could ever be acknowledged.";
        }

        if (state is { ElectsUnclean: true, Replication: > 1 })
        {
            yield return $"Topic {state.Name} has unclean.leader.election.enable=true: a copy that is behind could become the leader "
                + "and what was acknowledged would be gone.";
        }

        if (options.Flush && !state.FlushesEachMessage)
        {
            yield return $"Topic {state.Name} has no flush.messages=1, which flush=true asks for.";
        }
    }

    private static HashSet<string> Policies(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
}
