using Telemetry.Benchmarks.Sinks;

namespace Telemetry.Benchmarks.Tests;

[Trait("Category", "heavy")]
public sealed class KilledAfterFatalTests
{
    [Fact]
    public async Task TheLastWordsOfEveryKilledProcessAreFound() =>
        Assert.Equal(1, Assert.Single(await KilledAfterFatal.MeasureAsync(count: 50)).Value);
}
