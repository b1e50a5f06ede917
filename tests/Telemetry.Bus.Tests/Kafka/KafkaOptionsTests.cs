using Telemetry.Bus.Kafka;

namespace Telemetry.Bus.Tests.Kafka;

public sealed class KafkaOptionsTests
{
    [Fact]
    public void DefaultsAreThoseOfThePromise()
    {
        var options = Parse("kafka://a:9092");
        Assert.Equal(("a:9092", "telemetry", 4, 3, 2, false), (
            options.Brokers, options.Prefix, options.Partitions, options.Replication, options.MinInSync, options.Flush));
        Assert.Equal(("telemetry-indexer", 64L << 20, (string?)null), (options.Group, options.QueueBytes, options.Member));
    }

    [Fact]
    public void EverythingCanBeSaid()
    {
        var options = Parse("kafka://a,b:1,[::1]:2,[::1],10.0.0.1:3/?prefix=x.y&partitions=16&replication=1&min_isr=1&flush=true&group=g"
            + "&member=m1&queue_bytes=16MiB&retention.ms=-1&retention.bytes=1000&security.protocol=SASL_SSL&sasl.username=u%26v&linger.ms=7");
        Assert.Equal("a:9092,b:1,[::1]:2,[::1]:9092,10.0.0.1:3", options.Brokers);
        Assert.Equal(("x.y", 16, 1, 1, true), (options.Prefix, options.Partitions, options.Replication, options.MinInSync, options.Flush));
        Assert.Equal(("g", "m1", 16L << 20, -1L, 1000L),
            (options.Group, options.Member, options.QueueBytes, options.RetentionMs, options.RetentionBytes));
        Assert.Equal("u&v", options.Client["sasl.username"]);
        Assert.Equal("7", options.Client["linger.ms"]);
    }

    [Theory]
    [InlineData("acks=1")]
    [InlineData("enable.idempotence=false")]
    [InlineData("enable.auto.commit=true")]
    [InlineData("auto.offset.reset=latest")]
    [InlineData("isolation.level=read_uncommitted")]
    [InlineData("transactional.id=x")]
    [InlineData("group.id=x")]
    [InlineData("plugin.library.paths=/tmp/evil.so")]
    [InlineData("message.timeout.ms=5")]
    public void WhatWouldBreakThePromiseIsRefusedWithTheReason(string pair)
    {
        var problem = Assert.Single(Problems("kafka://a?" + pair));
        Assert.Contains(pair.Split('=')[0], problem, StringComparison.Ordinal);
        Assert.Contains("cannot be set: ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://a")]
    [InlineData("kafka://")]
    [InlineData("kafka://a:0")]
    [InlineData("kafka://a:65536")]
    [InlineData("kafka://a:+1")]
    [InlineData("kafka://a,,b")]
    [InlineData("kafka://[::g]:1")]
    [InlineData("kafka://user:secret@a")]
    [InlineData("kafka://a b")]
    [InlineData("kafka://a?prefix=x/y")]
    [InlineData("kafka://a?prefix=")]
    [InlineData("kafka://a?prefix")]
    [InlineData("kafka://a?=x")]
    [InlineData("kafka://a?partitions=0")]
    [InlineData("kafka://a?partitions=99999999999999999999")]
    [InlineData("kafka://a?min_isr=4")]
    [InlineData("kafka://a?replication=1")]
    [InlineData("kafka://a?flush=yes")]
    [InlineData("kafka://a?queue_bytes=1MiB")]
    [InlineData("kafka://a?queue_bytes=9999999999GiB")]
    [InlineData("kafka://a?queue_bytes=MiB")]
    [InlineData("kafka://a?nonsense=1")]
    [InlineData("kafka://a?no.such.setting=1")]
    [InlineData("kafka://a?session.timeout.ms=x")]
    [InlineData("kafka://a?member=a&member=b")]
    [InlineData("kafka://a?sasl.username=a%00b")]
    [InlineData("kafka://a?sasl.password_file=/does/not/exist")]
    public void WhatIsWrongIsToldInOneSentence(string address) => Assert.Single(Problems(address));

    [Fact]
    public void AllProblemsComeAtOnce() =>
        Assert.Equal(4, Problems("kafka://a:x?acks=0&partitions=-1&no.such.setting=1").Count);

    [Fact]
    public void NoSecretIsShown()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["password"], "hunter2\n");
        var options = Parse($"kafka://a?sasl.mechanism=PLAIN&sasl.username=me&sasl.password_file={directory["password"]}&ssl.key.password=hunter3");
        Assert.Equal("hunter2", options.Client["sasl.password"]);
        Assert.DoesNotContain("hunter", options.Redacted, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", options.ToString(), StringComparison.Ordinal);
        Assert.Contains("sasl.username=me", options.Redacted, StringComparison.Ordinal);
        Assert.All(Problems("kafka://me:hunter4@a?sasl.mechanisms=%00"), p => Assert.DoesNotContain("hunter", p, StringComparison.Ordinal));
    }

    private static KafkaOptions Parse(string address)
    {
        Assert.True(KafkaOptions.TryParse(address, out var options, out var problems), string.Join(' ', problems));
        return options;
    }

    private static IReadOnlyList<string> Problems(string address)
    {
        Assert.False(KafkaOptions.TryParse(address, out _, out var problems));
        return problems;
    }
}
