using System.Collections.Concurrent;
using System.Reflection;
using Confluent.Kafka;
using Telemetry.Bus.Kafka;
using Telemetry.Wire;

namespace Telemetry.Bus.Tests.Kafka;

/// <summary>A client library whose calls may never return, whatever timeout they were given.</summary>
public sealed class StateCommitterTests : IDisposable
{
    private readonly FakeTime _time = new();
    private readonly KafkaBusMetrics _metrics = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly ConcurrentQueue<FakeProducer> _producers = new();
    private readonly ManualResetEventSlim _returns = new();
    private readonly PartitionLease _lease = new(
        null!, new BusPartition(Lane.Bulk, 1, 0), new TopicPartition("t", 0), _ => null!);

    public void Dispose()
    {
        _returns.Set();
        _metrics.Dispose();
    }

    [Theory]
    [InlineData("InitTransactions")]
    [InlineData("SendOffsetsToTransaction")]
    [InlineData("CommitTransaction")]
    public async Task AClientThatDoesNotReturnIsReplacedAndWhatItHadInHandFails(string call)
    {
        await using var committer = Committer(stuck: 1, call);
        var lost = Commit(committer, 5);
        await PassAsync(() => lost.IsCompleted);
        await Assert.ThrowsAsync<IOException>(() => lost);
        Assert.Contains(_problems, problem => problem.Contains("does not return", StringComparison.Ordinal));

        await Commit(committer, 6);
        var successor = _producers.Last();
        Assert.Equal(["InitTransactions", "BeginTransaction", "SendOffsetsToTransaction", "CommitTransaction"], successor.Calls);
    }

    [Fact]
    public async Task AnAbandonedClientThatReturnsAfterAllEndsAndDoesNothingMore()
    {
        await using var committer = Committer(stuck: 1, "SendOffsetsToTransaction");
        var lost = Commit(committer, 5);
        await PassAsync(() => lost.IsCompleted);
        await Assert.ThrowsAsync<IOException>(() => lost);
        await Commit(committer, 6);
        _returns.Set();
        var abandoned = _producers.First();
        await Eventually.Holds(() => abandoned.Calls.Contains("Dispose"), "the abandoned client is disposed");
    }

    [Fact]
    public async Task ClientsThatAllDoNotReturnAreReplacedAFewTimesOnly()
    {
        await using var committer = Committer(stuck: int.MaxValue, "InitTransactions");
        await PassAsync(() => _problems.Any(problem => problem.Contains("Restart", StringComparison.Ordinal)), () => _ = Commit(committer, 1));
        Assert.Equal(5, _producers.Count);
        Assert.Contains("Restart", committer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheEndDoesNotWaitForAClientThatDoesNotReturn()
    {
        var committer = Committer(stuck: 1, "CommitTransaction");
        var lost = Commit(committer, 5);
        await Eventually.Holds(() => _producers.Any(p => p.Calls.Contains("CommitTransaction")), "the call is under way");
        await committer.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => lost);
    }

    private Task Commit(StateCommitter committer, long next) =>
        committer.CommitAsync(_lease, new StateCommit([], [], new BusPosition(next)), CancellationToken.None);

    /// <summary>Time passes until something is so.</summary>
    private async Task PassAsync(Func<bool> isSo, Action? each = null) => await Eventually.Holds(
        () =>
        {
            each?.Invoke();
            _time.Advance(TimeSpan.FromSeconds(1));
            return isSo();
        },
        "it is so after some time");

    private StateCommitter Committer(int stuck, string call) => new(
        Lane.Bulk, new TopicNames("t"),
        () =>
        {
            var proxy = DispatchProxy.Create<IProducer<byte[], byte[]>, FakeProducer>();
            var producer = (FakeProducer)(object)proxy;
            producer.Stuck = _producers.Count < stuck ? (call, _returns) : null;
            _producers.Enqueue(producer);
            return proxy;
        },
        () => new Member(), _metrics, _time, _problems.Enqueue);

    private sealed class Member : IConsumerGroupMetadata;

    /// <summary>Notes its calls and answers them, but for one that waits.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it.
    internal class FakeProducer : DispatchProxy
#pragma warning restore CA1852
    {
        public ConcurrentQueue<string> Calls { get; } = new();

        public (string Call, ManualResetEventSlim Returns)? Stuck { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Calls.Enqueue(targetMethod!.Name);
            if (Stuck is var (call, returns) && call == targetMethod.Name)
            {
                returns.Wait();
            }

            return null;
        }
    }
}
