using Telemetry.Bus.Kafka;

namespace Telemetry.Bus.Tests.Kafka;

public sealed class TopicCheckTests
{
    private static readonly TopicPlan Plan = new("t-bulk-g1", TopicKind.Data, 4);
    private static readonly KafkaOptions Options = new() { Brokers = "a:1" };

    [Fact]
    public void TopicAsPlannedFits() => Assert.Empty(TopicCheck.FindProblems(Plan, Good(), Options));

    [Theory]
    [InlineData("cleanup.policy", "compact")]
    [InlineData("message.timestamp.type", "CreateTime")]
    [InlineData("max.message.bytes", "1048588")]
    [InlineData("min.insync.replicas", "1")]
    [InlineData("min.insync.replicas", "4")]
    [InlineData("unclean.leader.election.enable", "true")]
    public void SettingThatBreaksThePromiseIsTold(string name, string value) =>
        Assert.Contains(name, Assert.Single(TopicCheck.FindProblems(Plan, Good(name, value), Options)), StringComparison.Ordinal);

    [Fact]
    public void PartitionsAndCopiesAreCompared()
    {
        Assert.Single(TopicCheck.FindProblems(Plan, Good() with { Partitions = 5 }, Options));
        Assert.Single(TopicCheck.FindProblems(Plan, Good() with { Replication = 2 }, Options));
    }

    [Fact]
    public void OneCopyIsWeakUnlessEachMessageIsFlushed()
    {
        Assert.Empty(TopicCheck.FindWeaknesses([Good()]));
        var one = Good("min.insync.replicas", "1") with { Replication = 1 };
        Assert.Contains("not its machine", Assert.Single(TopicCheck.FindWeaknesses([one])), StringComparison.Ordinal);
        Assert.Empty(TopicCheck.FindWeaknesses([Good("flush.messages", "1") with { Replication = 1 }]));
        Assert.Contains("flush.messages", Assert.Single(TopicCheck.FindProblems(Plan, Good(), Options with { Flush = true })), StringComparison.Ordinal);
    }

    [Fact]
    public void TopicsThatAreWeakAlikeAreToldOnce()
    {
        var one = Good("min.insync.replicas", "1") with { Replication = 1 };

        var told = TopicCheck.FindWeaknesses([one, one with { Name = "t-routes" }, Good(), one with { Name = "t-odd", Replication = 2 }]);

        Assert.Collection(
            told,
            first => Assert.StartsWith("Topics t-bulk-g1, t-routes have replication 1, ", first, StringComparison.Ordinal),
            second => Assert.StartsWith("Topic t-odd has replication 2, ", second, StringComparison.Ordinal));
    }

    private static TopicState Good(string name = "", string value = "")
    {
        var settings = new Dictionary<string, string>(Plan.Specification(Options).Configs) { ["flush.messages"] = "9223372036854775807" };
        if (name.Length > 0)
        {
            settings[name] = value;
        }

        return new TopicState(Plan.Name, 4, 3, settings);
    }
}
